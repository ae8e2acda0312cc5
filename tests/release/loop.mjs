// Releases and rollbacks while page loads go on. Each page notes what ran on it; the channel's history says what might have.
import { rollback } from '../../tools/release/rollback.mjs';
import { sleep, open_widget, until_ready } from '../rig/widget.mjs';
import { moving_tag, open_page } from './stage.mjs';
import { ran } from './versions.mjs';

/**
 * @param {object} parts of open_releases, with `names` promoted in turns
 * @param {{names: string[], rounds: number, lanes?: number, pause_ms?: number}} plan
 * @returns {Promise<{pages: object[], changes: {version: string, at_ms: number}[]}>}
 */
export async function release_while_pages_load(parts, { names, rounds, lanes = 2, pause_ms = 1_500 }) {
  const changes = [];
  const change = async (work) => {
    const { now } = await work;
    changes.push({ version: now.version, at_ms: performance.now() });
  };
  await change(parts.promote(names[0]));

  const pages = [];
  let going = true;
  const lane = async () => {
    // One shopper's browser over many page loads: the tag comes from its cache half of the time.
    const context = await parts.browser.new_context();
    while (going) {
      const seen = { begun_ms: performance.now(), failed: '' };
      try {
        const page = await open_page(parts, moving_tag(), { context });
        await open_widget(page);
        await until_ready(page);
        Object.assign(seen, await ran(page), { errors: page.page_errors });
        await page.end();
      } catch (error) {
        seen.failed = error.message;
      }
      seen.ended_ms = performance.now();
      pages.push(seen);
    }
    await context.close();
  };
  const running = Array.from({ length: lanes }, lane);
  // Two releases, and back by one: always another version than the one that runs.
  let released = 0;
  try {
    for (let round = 1; round <= rounds; round += 1) {
      await sleep(pause_ms);
      const next = () => parts.promote(names[(released += 1) % names.length]);
      await change(round % 3 === 0 ? rollback(parts.to) : next());
    }
    await sleep(pause_ms);
  } finally {
    going = false;
    await Promise.all(running);
  }
  return { pages, changes };
}

/** The versions that a page load may get: what the channel said at any time of it. */
export const possible = (changes, { begun_ms, ended_ms }) =>
  changes
    .filter(({ at_ms }, i) => at_ms <= ended_ms && (changes[i + 1]?.at_ms ?? Infinity) >= begun_ms)
    .map(({ version }) => version);

/** Asserts that no page failed, mixed versions or had one that was taken back before it began. */
export function assert_whole(assert, { pages, changes }) {
  for (const page of pages) {
    const where = JSON.stringify(page);
    assert.equal(page.failed, '', `a page failed: ${where}`);
    assert.deepEqual(page.errors, [], `errors of a page: ${where}`);
    assert.equal(page.versions.length, 1, `a page mixes versions: ${where}`);
    const may_be = possible(changes, page);
    assert.ok(
      may_be.includes(page.versions[0]),
      `a page got a version that was not there: ${where}, not ${may_be}`,
    );
  }
}
