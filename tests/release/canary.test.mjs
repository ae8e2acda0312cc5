// A version for a share of browsers. Which browsers those are in the large, ME-8 and tests/node/share.test.mjs show; here each has drawn its
// place before, and what is tried is what may go wrong beside it.
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { kill } from '../../tools/release/kill.mjs';
import { rollback } from '../../tools/release/rollback.mjs';
import { verify } from '../../tools/release/verify.mjs';
import { launch_with_profile, watch_page } from '../rig/browsers/browser.mjs';
import { needs_browser } from '../rig/suite.mjs';
import { part, sleep, until } from '../rig/widget.mjs';
import { open_canary_stage } from './canary_stage.mjs';
import { file_stage } from './file_stage.mjs';
import { moving_tag } from './stage.mjs';
import { make_version, ran } from './versions.mjs';

const stage = file_stage();

/** A CDN before the gateway that minds no header: what it has of channel.json it serves for so long. */
const cdn = { held_ms: 0, answers: new Map() };
async function start_cdn(origin) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, origin);
    let answer = cdn.answers.get(pathname);
    if (!answer || Date.now() - answer.at_ms > cdn.held_ms) {
      const fetched = await fetch(new URL(pathname, origin));
      answer = {
        status: fetched.status,
        headers: { 'content-type': fetched.headers.get('content-type'), 'access-control-allow-origin': '*' },
        body: Buffer.from(await fetched.arrayBuffer()),
        at_ms: Date.now(),
      };
      if (pathname === '/channel.json') cdn.answers.set(pathname, answer);
    }
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  stage.defer(() => new Promise((done) => server.close(done) && server.closeAllConnections()));
  return `http://localhost:${server.address().port}`;
}

let cdn_url = '';
const parts = needs_browser.skip
  ? undefined
  : await open_canary_stage(stage, ['1.0.0', '1.1.0', '1.2.0'], {
      pages: {
        '/held': moving_tag('?v=1.0.0'),
        '/pinned': (site, api) =>
          `<script src="${site}/1.1.0/shopbell.js" integrity="${integrity('1.1.0')}" crossorigin="anonymous" data-api-url="${api}" data-api-key="demo" data-idempotency="on" async></script>`,
        '/cdn': (site, api) => moving_tag()(cdn_url, api),
      },
    });
if (parts) cdn_url = await start_cdn(parts.gateway.url);

const manifest = (version) => JSON.parse(readFileSync(join(parts.from, version, 'manifest.json')));
const integrity = (version) => manifest(version).files.find(({ path }) => path === 'shopbell.js').integrity;

/** Everybody has 1.1.0, one in ten 1.2.0. */
async function begin(share = 10) {
  await parts.promote('1.0.0');
  await parts.promote('1.1.0');
  return parts.share('1.2.0', share);
}

test('whoever is within the share has the canary in every tab and at every load', needs_browser, async () => {
  await begin(10);
  for (const [place, version] of [
    [0, '1.2.0'],
    [9, '1.2.0'],
    [10, '1.1.0'],
    [99, '1.1.0'],
  ]) {
    const context = await parts.browser_at(place);
    const tabs = [watch_page(await context.newPage()), watch_page(await context.newPage())];
    for (const tab of tabs) await tab.goto(parts.shop.url);
    for (const tab of [...tabs, ...tabs]) {
      assert.deepEqual((await parts.see(tab)).versions, [version], `place ${place}`);
      await tab.reload();
    }
    // More: whoever had it keeps it. Less: it is taken from whom it is not for any more.
    await parts.share('1.2.0', 50);
    assert.equal(await parts.version_in(context), place < 50 ? '1.2.0' : '1.1.0');
    await parts.share('1.2.0', 5);
    assert.equal(await parts.version_in(context), place < 5 ? '1.2.0' : '1.1.0');
    await parts.share('1.2.0', 10);
    await context.close();
  }
});

test('rollback takes the share back, promote without one gives it to everybody', needs_browser, async () => {
  await begin(10);
  const contexts = { in: await parts.browser_at(3), out: await parts.browser_at(70) };
  const versions = async () => [await parts.version_in(contexts.in), await parts.version_in(contexts.out)];
  assert.deepEqual(await versions(), ['1.2.0', '1.1.0']);
  await rollback(parts.to);
  assert.deepEqual(await versions(), ['1.1.0', '1.1.0']);
  await parts.share('1.2.0', 10);
  await parts.promote('1.2.0');
  assert.deepEqual(await versions(), ['1.2.0', '1.2.0']);
  await rollback(parts.to);
  assert.deepEqual(await versions(), ['1.1.0', '1.1.0'], 'and back from it');
});

test('a tag that names a version has that one, whatever the share', needs_browser, async () => {
  await begin(99);
  const context = await parts.browser_at(0);
  assert.equal(await parts.version_in(context, { path: '/held' }), '1.0.0');
  assert.equal(await parts.version_in(context, { path: '/pinned' }), '1.1.0');
  assert.equal(await parts.version_in(context), '1.2.0');
  assert.deepEqual((await verify(`${parts.gateway.url}/shopbell.js?v=1.0.0`)).problems, []);
});

test('kill beside a share: nobody has a chat; off again, each what he had', needs_browser, async () => {
  await begin(10);
  await kill(parts.to, true);
  for (const place of [0, 50]) {
    const context = await parts.browser_at(place);
    const page = watch_page(await context.newPage());
    await page.goto(parts.shop.url);
    await until('the console says so', () =>
      page.console_lines.some(({ text }) => text.includes('is switched off here')),
    );
    assert.equal(await page.locator('shopbell-widget').count(), 0);
  }
  await kill(parts.to, false);
  // Browsers that have no tag of a minute ago.
  assert.equal(await parts.version_in(await parts.browser_at(0)), '1.2.0');
  assert.equal(await parts.version_in(await parts.browser_at(50)), '1.1.0');
  // A rollback while all is switched off: the canary does not come back with the rest.
  await kill(parts.to, true);
  await rollback(parts.to);
  await kill(parts.to, false);
  assert.equal(await parts.version_in(await parts.browser_at(0)), '1.1.0');
});

test(
  'a CDN that holds the channel over a rollback: whole pages meanwhile, none with the canary after it',
  needs_browser,
  async () => {
    await begin(10);
    const [inside, outside] = [await parts.browser_at(0), await parts.browser_at(50)];
    cdn.held_ms = 60_000;
    assert.equal(await parts.version_in(inside, { path: '/cdn' }), '1.2.0');
    await rollback(parts.to);
    for (let i = 0; i < 3; i += 1) {
      assert.equal(await parts.version_in(inside, { path: '/cdn' }), '1.2.0', 'what the CDN says');
      assert.equal(await parts.version_in(outside, { path: '/cdn' }), '1.1.0');
    }
    // The minute is over.
    cdn.answers.get('/channel.json').at_ms -= cdn.held_ms;
    assert.equal(await parts.version_in(inside, { path: '/cdn' }), '1.1.0');
    assert.equal(await parts.version_in(outside, { path: '/cdn' }), '1.1.0');
  },
);

test('a canary that is not all there: the version that the others have runs', needs_browser, async () => {
  await begin(10);
  const context = await parts.browser_at(0);
  const app = readdirSync(join(parts.to, '1.2.0')).find((name) => /^app\..*\.js$/.test(name));
  const file = join(parts.to, '1.2.0', app);
  const bytes = readFileSync(file);
  appendFileSync(file, ' ');
  try {
    assert.equal(await parts.version_in(context), '1.1.0');
    const { problems } = await verify(`${parts.gateway.url}/shopbell.js`);
    assert.ok(
      problems.some((line) => line.startsWith('1.2.0/app.')),
      `verify says so: ${problems}`,
    );
    // What is damaged can be taken back, and switched off.
    await kill(parts.to, true);
    await kill(parts.to, false);
    await rollback(parts.to);
  } finally {
    writeFileSync(file, bytes);
  }
});

test(
  'a tag from before there were shares, held by a cache, runs what the others have',
  needs_browser,
  async () => {
    await make_version('0.9.0', parts.from, { before_shares: true });
    await parts.promote('0.9.0');
    await begin(99);
    const context = await parts.browser_at(0);
    const old_tag = readFileSync(join(parts.from, '0.9.0/root/shopbell.js'));
    const before = (page) =>
      page.route('**/shopbell.js', (route) =>
        route.fulfill({
          body: old_tag,
          contentType: 'text/javascript',
          headers: { 'access-control-allow-origin': '*' },
        }),
      );
    assert.equal(await parts.version_in(context, { before }), '1.1.0');
    assert.equal(await parts.version_in(context), '1.2.0');
    // As everybody's version it would give nobody a canary, and says so.
    await parts.promote('0.9.0');
    await assert.rejects(parts.share('1.2.0', 10), /version 0\.9\.0, which everybody has, gives no shares/);
  },
);

test(
  'where the shopper forbids all storage he has what the others have, each time',
  needs_browser,
  async () => {
    await begin(99);
    const { context, close } = await launch_with_profile({ block_storage: true });
    try {
      for (let i = 0; i < 3; i += 1) assert.equal(await parts.version_in(context), '1.1.0');
    } finally {
      await close();
    }
  },
);

test(
  'two tabs in processes of their own that draw at the same moment have one place',
  needs_browser,
  async () => {
    const { build } = await import('esbuild');
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('../../web/tag/share.ts', import.meta.url))],
      ...{ bundle: true, format: 'iife', globalName: 'share', write: false },
    });
    const context = await parts.browser.new_context();
    const tabs = [await context.newPage(), await context.newPage()];
    for (const tab of tabs) {
      await tab.goto(`${parts.shop.url}/empty`);
      await tab.evaluate(`${outputFiles[0].text};globalThis.share = share`);
    }
    const is_cleared = (tab) => tab.waitForFunction(() => localStorage.length === 0);
    for (let round = 0; round < 25; round += 1) {
      await tabs[0].evaluate(() => localStorage.clear());
      await Promise.all(tabs.map(is_cleared));
      const at_ms = Date.now() + 30;
      const draw = (tab) =>
        tab.evaluate(async (begin_ms) => {
          while (Date.now() < begin_ms);
          const seen = await globalThis.share.is_within(50);
          return { seen, place: localStorage.getItem('shopbell.place') };
        }, at_ms);
      const [one, other] = await Promise.all(tabs.map(draw));
      assert.deepEqual(one, other);
      assert.equal(one.seen, Number(one.place) < 50);
    }
    await context.close();
  },
);

test(
  'the launcher of the others hands over to the canary what was typed and the focus',
  needs_browser,
  async () => {
    await begin(10);
    const context = await parts.browser_at(0);
    const page = watch_page(await context.newPage());
    await page.route('**/channel.json', async (route) => {
      await sleep(500);
      await route.continue();
    });
    await page.goto(parts.shop.url);
    await part(page, 'launcher').click();
    await part(page, 'box').waitFor();
    await page.keyboard.type('do you have a la');
    await until('the canary runs', async () => (await ran(page)).versions.length === 1);
    await parts.see(page);
    await page.keyboard.type('mp');
    assert.equal(await part(page, 'box').inputValue(), 'do you have a lamp');
    assert.deepEqual((await ran(page)).versions, ['1.2.0']);
    await context.close();
  },
);

test('verify tells the share and compares the files of both', needs_browser, async () => {
  await begin(10);
  const { lines, problems } = await verify(`${parts.gateway.url}/shopbell.js`);
  assert.deepEqual(problems, []);
  assert.ok(lines.includes('in 10 of 100 browsers page loads get version 1.2.0 instead'), lines.join('\n'));
  const files = manifest('1.1.0').files.length + manifest('1.2.0').files.length;
  assert.ok(lines.includes(`${files} files: every byte is as it was released`), lines.join('\n'));
});
