// A conversation by text under the policies that README.md promises: with WebAssembly, without it, and with nothing to report. The short
// form holds half of them; SHOPBELL_LONG=1 all, with both back ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launch_browser } from '../rig/browsers/browser.mjs';
import { needs_browser, shared_parts, stage_of } from '../rig/suite.mjs';
import { open_widget, part, rows_by, say, until, until_answered } from '../rig/widget.mjs';
import { files_of, open_strict_page } from './strict_shop.mjs';

const long = process.env.SHOPBELL_LONG === '1';
const parts = shared_parts({ streamPaceMs: 0 });
const off = { wasm: 'off' };

// What the page loads is the form of the core; what is reported is the one try that tells whether a policy refuses WebAssembly.
const cases = {
  'WebAssembly is allowed': { plain: false, short: 'N' },
  'WebAssembly is refused': { wasm: false, plain: true, reported: ['script-src wasm-eval'], short: 'N' },
  'WebAssembly is refused, and the tag says so': { wasm: false, tag: off, plain: true, short: 'L' },
  'the browser has no WebAssembly': { none: true, plain: true, short: 'L' },
};

async function talk(t, { none, plain, reported = [], ...options }) {
  const stage = stage_of(t);
  const { gateway, browser: shared } = await parts();
  let browser = shared;
  if (none) {
    browser = await launch_browser({ args: ['--js-flags=--jitless'] });
    stage.defer(browser.close);
  }
  const { page, violations } = await open_strict_page(stage, { gateway, browser, ...options });
  assert.equal(await page.evaluate(() => typeof WebAssembly), none ? 'undefined' : 'object');
  await open_widget(page);
  await say(page, 'hello');
  await until_answered(page, 1);
  await say(page, 'do you have a desk lamp?');
  await until_answered(page, 2);
  // Markdown comes with the first message.
  await until('elements in an answer', () => part(page, 'rows').locator('[part~=text] p').count(), {
    seen: () => [files_of(page), page.console_lines],
  });
  assert.deepEqual(
    (await rows_by(page, 'self')).map(({ state }) => state),
    ['sent', 'sent'],
  );
  const files = files_of(page);
  const some = (pattern) => files.some((file) => pattern.test(file));
  assert.deepEqual([some(/^\/core.*-plain\.js/), some(/\.wasm$/)], [plain, !plain], files.join());
  assert.deepEqual(await violations(), reported);
  assert.deepEqual(page.page_errors, []);
}

for (const [policy, backends] of Object.entries({ N: ['shopbell', 'chatkit'], L: ['chatkit', 'shopbell'] }))
  for (const [what, { short, ...options }] of Object.entries(cases))
    for (const backend of long ? backends : backends.slice(0, short === policy ? 1 : 0))
      test(`policy ${policy}, ${backend}: ${what}`, needs_browser, (t) =>
        talk(t, { policy, ...options, tag: { backend, ...options.tag } }),
      );

test('a violation is seen: a script without a nonce', needs_browser, async (t) => {
  const { gateway, browser } = await parts();
  const { page, violations } = await open_strict_page(stage_of(t), { gateway, browser, policy: 'L' });
  await page.evaluate(() =>
    document.body.append(Object.assign(document.createElement('script'), { text: '1' })),
  );
  assert.deepEqual(await violations(), ['script-src-elem inline']);
});
