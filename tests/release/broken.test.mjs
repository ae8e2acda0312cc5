// Files of the newest version that are damaged on the way: the last good version runs, and nothing of the damaged one has run before.
// The pages are loaded side by side, each with its own damage, made where the network hands the file to the browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { needs_browser } from '../rig/suite.mjs';
import { box_text, open_widget, part, say, until, until_answered } from '../rig/widget.mjs';
import { file_stage } from './file_stage.mjs';
import { converse, in_lanes, moving_tag, open_page, open_releases, said } from './stage.mjs';
import { ran } from './versions.mjs';

const parts = needs_browser.skip ? undefined : await open_releases(file_stage(), ['1.0.0', '1.1.0']);
if (parts) {
  await parts.promote('1.0.0');
  await parts.promote('1.1.0');
}

const damages = {
  corrupted: async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    body[body.length >> 1] ^= 1;
    await route.fulfill({ response, body });
  },
  truncated: async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    await route.fulfill({ response, body: body.subarray(0, body.length >> 1) });
  },
  swapped: async (route) => {
    const response = await route.fetch({ url: `${parts.gateway.url}/1.0.0/shopbell.js` });
    await route.fulfill({ response });
  },
  missing: (route) => route.fulfill({ status: 404, body: 'not here' }),
  'cut off': (route) => route.abort('connectionreset'),
};

/** Damages the named file of version 1.1.0, whatever its hash; a core has none in its name. */
const damage = (page, file, way) =>
  page.route(
    (url) => new RegExp(`/1\\.1\\.0/${file.replace('.', '(\\.[^/]+)?\\.')}$`).test(url.pathname),
    damages[way],
  );

const cases = [
  ...Object.keys(damages).map((way) => ['app.js', way]),
  ['core.wasm', 'corrupted'],
  ['core.wasm', 'swapped'],
  ['core.wasm', 'missing'],
  ['core-plain.js', 'corrupted'],
];

test(
  'a damaged file: the last good version runs, and what was typed is sent once',
  needs_browser,
  async () => {
    await in_lanes(cases, async ([file, way]) => {
      const where = `${file} ${way}`;
      const plain = file === 'core-plain.js';
      const tag = moving_tag('', plain ? 'data-wasm="off"' : '');
      const page = await open_page(parts, tag, { before: (page) => damage(page, file, way) });
      await converse(page);
      const { scripts } = await ran(page);
      // The table of cores lies in the app's code, which is read for it; nothing of that is used.
      const read = file.startsWith('core') ? ['1.1.0 web/app.ts'] : [];
      assert.deepEqual([...new Set(scripts.filter((line) => !line.startsWith('1.0.0')))], read, where);
      assert.ok(
        scripts.some((line) => line.startsWith('1.0.0')),
        where,
      );
      assert.ok(said(page, 'version 1.1.0 is not all there').length >= 1, `${where}: the console says so`);
      assert.equal(
        await page.locator('shopbell-widget [part~="rows"] [data-author="self"]').count(),
        1,
        where,
      );
      assert.deepEqual(page.page_errors, [], where);
      await page.end();
    });
  },
);

test('a damaged file of another version than the tag: the last good one runs', needs_browser, async () => {
  await in_lanes(
    [
      ['successor.js', 'corrupted'],
      ['app.js', 'missing'],
    ],
    async ([file, way]) => {
      const where = `${file} ${way}`;
      // The tag of 1.0.0 in a cache, after 1.1.0 was promoted.
      const page = await open_page(parts, moving_tag(), {
        before: async (page) => {
          await page.route('**/shopbell.js', (route) =>
            route.fulfill({
              contentType: 'text/javascript',
              body: readFileSync(join(parts.to, '1.0.0/root/shopbell.js')),
            }),
          );
          await damage(page, file, way);
        },
      });
      await converse(page);
      assert.deepEqual((await ran(page)).versions, ['1.0.0'], where);
      assert.ok(said(page, 'is not all there').length >= 1, where);
      assert.deepEqual(page.page_errors, [], where);
      await page.end();
    },
  );
});

test(
  'switch.js is damaged in the root: that in the folder of the tag does its work',
  needs_browser,
  async () => {
    await in_lanes(['missing', 'corrupted'], async (way) => {
      const page = await open_page(parts, moving_tag('?v=1.0.0'), {
        before: (page) => page.route(({ pathname }) => /^\/switch\./.test(pathname), damages[way]),
      });
      await converse(page);
      assert.deepEqual((await ran(page)).versions, ['1.0.0'], `${way}: the one that the tag names`);
      assert.deepEqual(page.page_errors, [], way);
      await page.end();
    });
  },
);

test('channel.json is missing or no JSON: the version of the tag runs', needs_browser, async () => {
  await in_lanes(['missing', 'truncated'], async (way) => {
    const page = await open_page(parts, moving_tag(), {
      before: (page) => page.route('**/channel.json', damages[way]),
    });
    await converse(page);
    assert.deepEqual((await ran(page)).versions, ['1.1.0'], way);
    assert.ok(said(page, 'channel.json cannot be read').length >= 1, way);
    await page.end();
  });
});

test(
  'a pinned tag says plainly which file is wrong, keeps the text, and tries again when asked',
  needs_browser,
  async () => {
    const page = await open_page(
      parts,
      (site, api) =>
        `<script src="${site}/1.1.0/shopbell.js" data-api-url="${api}" data-api-key="demo" data-idempotency="on" async></script>`,
      { before: (page) => damage(page, 'app.js', 'corrupted') },
    );
    await open_widget(page);
    await say(page, 'do you have a lamp');
    await page.locator('shopbell-widget').getByText('could not be loaded').waitFor({ timeout: 15_000 });
    assert.equal(await box_text(page), 'do you have a lamp');
    const [line] = said(page, '[Shopbell] the chat could not be loaded');
    assert.match(line.text, /\/1\.1\.0\/app\./);
    assert.deepEqual((await ran(page)).scripts, ['1.1.0 web/tag/loader.ts'], 'nothing but the tag has run');
    await page.unrouteAll();
    await part(page, 'reload').click();
    await part(page, 'box').press('Enter');
    await until_answered(page, 1);
    await until('one version', async () => (await ran(page)).versions.length === 1);
    assert.deepEqual(page.page_errors, []);
    await page.end();
  },
);
