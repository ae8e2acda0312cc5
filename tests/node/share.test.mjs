// Which browsers are within a share (web/tag/share.ts): over many browsers, each with a storage of its own, and over storages that fail.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { import_typescript } from './bundle.mjs';

const { is_within } = await import_typescript(`export { is_within } from './web/tag/share';`);

/** What `work` finds as the browser's own; `storage` undefined: even to touch it throws. */
async function in_browser({ storage, locks }, work) {
  const before = ['localStorage', 'navigator'].map((name) => [
    name,
    Object.getOwnPropertyDescriptor(globalThis, name),
  ]);
  const get = () => {
    if (storage) return storage;
    throw new DOMException('denied', 'SecurityError');
  };
  Object.defineProperty(globalThis, 'localStorage', { configurable: true, get });
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { locks } });
  try {
    return await work();
  } finally {
    for (const [name, was] of before) {
      delete globalThis[name];
      if (was) Object.defineProperty(globalThis, name, was);
    }
  }
}
const memory = (kept = new Map()) => ({
  kept,
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
});

/** Five standard deviations of so many draws: a right one is outside once in two million runs. */
const within = (count, browsers, share) =>
  Math.abs(count - (browsers * share) / 100) <= 5 * Math.sqrt(browsers * (share / 100) * (1 - share / 100));

test('each share is what it says, over 20,000 browsers, and a larger one keeps those of each smaller one', async () => {
  const browsers = 20_000;
  const shares = [1, 5, 10, 25, 50, 90, 99];
  const counts = new Map(shares.map((share) => [share, 0]));
  for (let i = 0; i < browsers; i += 1) {
    const storage = memory();
    await in_browser({ storage }, async () => {
      let before = false;
      for (const share of shares) {
        const now = await is_within(share);
        assert.ok(now || !before, `within ${share} no more`);
        if (now) counts.set(share, counts.get(share) + 1);
        before = now;
      }
      assert.ok(await is_within(100));
      assert.equal(await is_within(0), false);
    });
  }
  for (const [share, count] of counts)
    assert.ok(within(count, browsers, share), `${count} of ${browsers} browsers for a share of ${share}`);
});

test('what is kept is one number of a hundred, and tells nobody apart', async () => {
  const seen = new Set();
  for (let i = 0; i < 5_000; i += 1) {
    const storage = memory();
    await in_browser({ storage }, () => is_within(10));
    assert.deepEqual([...storage.kept.keys()], ['shopbell.place']);
    seen.add(storage.kept.get('shopbell.place'));
  }
  assert.equal(seen.size, 100);
  for (const place of seen) assert.match(place, /^\d{1,2}$/);
});

test('where nothing can be kept a browser is within no share, each time', async () => {
  const refuses = { getItem: () => null, setItem: () => assert.fail('QuotaExceededError') };
  const deaf = { getItem: () => null, setItem() {} };
  for (const storage of [undefined, refuses, deaf])
    for (let i = 0; i < 20; i += 1) assert.equal(await in_browser({ storage }, () => is_within(99)), false);
});

test('what others have put in its place is drawn anew, once', async () => {
  for (const junk of ['', 'x', '-1', '100', '5.5', '007', ' 3', '1e1', '{}']) {
    const storage = memory(new Map([['shopbell.place', junk]]));
    await in_browser({ storage }, () => is_within(10));
    const drawn = storage.kept.get('shopbell.place');
    assert.match(drawn, /^\d{1,2}$/, junk);
    await in_browser({ storage }, () => is_within(10));
    assert.equal(storage.kept.get('shopbell.place'), drawn);
  }
});

test('tabs that draw at once have one place', async () => {
  // As a browser does it: one holder at a time, the next one after it.
  let tail = Promise.resolve();
  const locks = { request: (name, work) => (tail = tail.then(() => work())) };
  const storage = memory();
  const answers = await in_browser({ storage, locks }, () =>
    Promise.all([10, 50, 50, 50, 90].map((share) => is_within(share))),
  );
  const place = Number(storage.kept.get('shopbell.place'));
  assert.deepEqual(
    answers,
    [10, 50, 50, 50, 90].map((share) => place < share),
  );
});
