// The main job: a version goes out, another, and the first comes back; on pages of a shop on another origin. SHOPBELL_LONG=1: thirty
// times in a row while pages load; TZ-D1 is the short form of that.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { kill } from '../../tools/release/kill.mjs';
import { rollback } from '../../tools/release/rollback.mjs';
import { verify } from '../../tools/release/verify.mjs';
import { needs_browser } from '../rig/suite.mjs';
import { box_text, open_widget, part, read_rows, sleep, until, until_ready } from '../rig/widget.mjs';
import { file_stage } from './file_stage.mjs';
import { assert_whole, release_while_pages_load } from './loop.mjs';
import { converse, moving_tag, open_page, open_releases, said } from './stage.mjs';
import { ran } from './versions.mjs';

const parts = needs_browser.skip ? undefined : await open_releases(file_stage(), ['1.0.0', '1.1.0']);

async function version_on_a_page(tag = moving_tag()) {
  const page = await open_page(parts, tag);
  await converse(page);
  const { versions } = await ran(page);
  assert.deepEqual(page.page_errors, []);
  await page.end();
  return versions;
}

test(
  'promote, promote, rollback: each new page load gets what was promoted last',
  needs_browser,
  async () => {
    await parts.promote('1.0.0');
    assert.deepEqual(await version_on_a_page(), ['1.0.0']);
    await parts.promote('1.1.0');
    assert.deepEqual(await version_on_a_page(), ['1.1.0']);
    assert.deepEqual(await version_on_a_page(moving_tag('?v=1.0.0')), ['1.0.0'], 'the tag names a version');
    assert.deepEqual(
      await version_on_a_page(moving_tag('?v=20251222-sendfix')),
      ['1.1.0'],
      'the tag names none that is here',
    );
    assert.deepEqual((await verify(`${parts.gateway.url}/shopbell.js`)).problems, []);
    await rollback(parts.to);
    assert.deepEqual(await version_on_a_page(), ['1.0.0']);
    assert.deepEqual((await verify(`${parts.gateway.url}/`)).problems, []);
  },
);

/** A page that has the newer version's tag in its cache: the older one is promoted, and takes the newer one's place when it is loaded. */
async function page_before_hand_over() {
  await parts.promote('1.1.0');
  const page = await open_page(parts, moving_tag());
  await page.route('**/channel.json', async (route) => {
    await rollback(parts.to);
    await sleep(600);
    await route.continue();
  });
  await part(page, 'launcher').waitFor();
  return page;
}

const older_runs = (page) =>
  until('the older version', async () => (await ran(page)).versions.includes('1.0.0'));

async function end_after_hand_over(page) {
  assert.ok(
    (await page.evaluate(() => globalThis.shopbell_ran)).includes('1.1.0 web/tag/moving_tag.ts'),
    'the newer tag',
  );
  assert.deepEqual((await ran(page)).versions, ['1.0.0']);
  assert.equal(await page.locator('shopbell-widget').count(), 1);
  assert.deepEqual(page.page_errors, []);
  await page.end();
}

test('one version takes the place of another: what was typed is kept', needs_browser, async () => {
  const page = await page_before_hand_over();
  await open_widget(page);
  await page.keyboard.type('first');
  await page.keyboard.press('Enter');
  await page.keyboard.type('half a th');
  await older_runs(page);
  await until('the first is answered', async () =>
    (await read_rows(page)).some(({ author, state }) => author === 'agent' && state === 'done'),
  );
  assert.equal((await read_rows(page)).filter(({ text }) => text === 'first').length, 1);
  assert.equal(await box_text(page), 'half a th');
  await end_after_hand_over(page);
});

test('one version takes the place of another during a press: the press counts', needs_browser, async () => {
  const page = await page_before_hand_over();
  await part(page, 'launcher').hover();
  await page.mouse.down();
  await sleep(1_500);
  await page.mouse.up();
  await part(page, 'box').waitFor();
  await older_runs(page);
  await end_after_hand_over(page);
});

test('one version takes the place of another: the focus stays on the launcher', needs_browser, async () => {
  const page = await page_before_hand_over();
  await part(page, 'launcher').focus();
  await older_runs(page);
  assert.equal(await part(page, 'panel').isVisible(), false);
  await page.keyboard.press('Enter');
  await part(page, 'box').waitFor();
  await end_after_hand_over(page);
});

test(
  'one version takes the place of another: a panel that was left open takes no focus',
  needs_browser,
  async () => {
    const page = await page_before_hand_over();
    await page.unroute('**/channel.json');
    await open_widget(page);
    await until_ready(page);
    await parts.promote('1.0.0');
    await page.reload();
    await older_runs(page);
    await until_ready(page);
    assert.equal(await part(page, 'panel').isVisible(), true);
    assert.equal(await page.evaluate(() => document.activeElement.localName), 'body');
    await end_after_hand_over(page);
  },
);

test('a pinned tag runs its version whatever is promoted, and reads no channel', needs_browser, async () => {
  const line = /<script src="[^"]*\/1\.1\.0\/shopbell\.js"\s+integrity="([^"]+)"/.exec(
    readFileSync(join(parts.from, '1.1.0', 'tags.txt'), 'utf8'),
  );
  const page = await open_page(
    parts,
    (site, api) =>
      `<script src="${site}/1.1.0/shopbell.js" integrity="${line[1]}" crossorigin="anonymous" data-api-url="${api}" data-api-key="demo" data-idempotency="on" async></script>`,
  );
  await converse(page);
  assert.deepEqual((await ran(page)).versions, ['1.1.0']);
  const paths = page.requests
    .map(({ url }) => new URL(url).pathname)
    .filter((path) => /\.(js|wasm|json)$/.test(path));
  assert.ok(!paths.includes('/channel.json'));
  assert.ok(
    paths.every((path) => path.startsWith('/1.1.0/')),
    paths.join(' '),
  );
  await page.end();
});

test(
  'the kill switch: no launcher on new pages, and one in a cache goes away at the press',
  needs_browser,
  async () => {
    const cached = await open_page(parts, moving_tag());
    await part(cached, 'launcher').waitFor();
    await kill(parts.to, true);
    await part(cached, 'launcher').click();
    await until('it goes away', async () => (await cached.locator('shopbell-widget').count()) === 0);
    assert.ok(said(cached, 'switched off').length > 0);
    await cached.end();
    const page = await open_page(parts, moving_tag());
    await until('the console says so', () => said(page, 'switched off').length > 0);
    assert.equal(await page.locator('shopbell-widget').count(), 0);
    await page.evaluate(() => Shopbell.init({ apiUrl: 'https://x.example' }).open());
    assert.deepEqual(page.page_errors, []);
    await page.end();
    await kill(parts.to, false);
    assert.deepEqual(await version_on_a_page(), ['1.0.0']);
  },
);

const names = ['1.0.0', '1.1.0', '1.2.0'];
const rounds = 30;

if (process.env.SHOPBELL_LONG === '1')
  test(
    `${rounds} releases and rollbacks: no page mixes versions, none fails`,
    { ...needs_browser, timeout: 600_000 },
    async (t) => {
      const result = await release_while_pages_load(await open_releases(file_stage(), names), {
        names,
        rounds,
      });
      t.diagnostic(`${result.pages.length} pages, ${result.changes.length} changes`);
      assert.ok(result.pages.length >= rounds, `${result.pages.length} pages`);
      assert_whole(assert, result);
    },
  );
