// Whether this browser is one of the share that gets a canary. Its place among a hundred is drawn at random once, and kept: it is the same in
// every tab, at every page load and for every version, it is told to nobody, and every hundredth browser has the same one, so that nobody is
// known by it. Whoever is within a share is within each larger one.

const stored_place = 'shopbell.place';
const places = 100;
const heard_within_ms = 500;

function kept(): number | undefined {
  const text = localStorage.getItem(stored_place) ?? '';
  return /^\d\d?$/.test(text) ? Number(text) : undefined;
}

/** What a full or deaf storage does not keep is no place: it would be another one at the next page load. */
function draw(): number | undefined {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  localStorage.setItem(stored_place, String(number % places));
  return kept();
}

/** Two tabs that draw at once would draw two. The other one's process hears of what is written here a little later, so it waits for that. */
const draw_alone = (locks: LockManager): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const work = (): Promise<void> | undefined => {
      const place = kept();
      resolve(place ?? draw());
      return place === undefined ? new Promise((heard) => setTimeout(heard, heard_within_ms)) : undefined;
    };
    locks.request(stored_place, work).catch(reject);
  });

/** Where nothing can be stored a browser is within no share. */
export async function is_within(share: number): Promise<boolean> {
  try {
    // Without https a browser has no locks.
    const locks = navigator.locks as LockManager | undefined;
    const place = kept() ?? (await (locks ? draw_alone(locks) : draw()));
    return place !== undefined && place < share;
  } catch {
    return false;
  }
}
