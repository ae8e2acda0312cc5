// Puts a page into states that a shopper's browser can be in: another time of day, storage with things in it, full.

/** Moves the page's wall clock; timers and the monotonic clock go on as they are. Holds for every later load. */
export function shift_clock(page, offset_ms) {
  return page.addInitScript((offset) => {
    const Real = Date;
    // A page script may shift twice (two init scripts): the later one wins over the same real clock.
    const real_now = window.__real_date_now ?? Real.now.bind(Real);
    window.__real_date_now = real_now;
    window.Date = class extends Real {
      constructor(...args) {
        super(...(args.length === 0 ? [real_now() + offset] : args));
      }
      static now() {
        return real_now() + offset;
      }
    };
  }, offset_ms);
}

/** Stores texts under the shop's origin before any script of the shop runs. */
export async function put_storage(page, shop, entries) {
  await page.goto(`${shop.url}/empty`);
  await page.evaluate((all) => {
    for (const [key, value] of Object.entries(all)) localStorage.setItem(key, value);
  }, entries);
}

export const read_storage = (page) => page.evaluate(() => ({ ...localStorage }));

/** Fills the origin's storage until not one more byte fits. */
export function fill_storage(page) {
  return page.evaluate(() => {
    let size = 1 << 20;
    let count = 0;
    while (size >= 1) {
      try {
        localStorage.setItem(`shop-filler-${count}`, 'x'.repeat(size));
        count += 1;
      } catch {
        size >>= 1;
      }
    }
    return count;
  });
}
