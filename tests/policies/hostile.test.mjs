// Pages that are hard on what they embed: their styles, their scripts, what they put on top, how they are looked at.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build_folder } from '../../tools/lib/paths.mjs';
import { needs_browser, shared_parts, stage_of } from '../rig/suite.mjs';
import { open_widget, part, say, until, until_ready } from '../rig/widget.mjs';
import { open_hostile_page, until_done } from './hostile_shop.mjs';

const long = process.env.SHOPBELL_LONG === '1';
const parts = shared_parts({ streamPaceMs: 0 });
const open = async (t, options = {}) => open_hostile_page(stage_of(t), { ...(await parts()), ...options });

/** For a person to look at. */
function keep(name, picture) {
  const folder = join(build_folder, 'screenshots', 'hostile');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.png`), picture);
}

// --- styles -----------------------------------------------------------------------------------------------------------------------------
const every_property = `all: unset !important; display: block !important; position: static !important; float: left !important;
  font: italic 700 40px/3 monospace !important; color: red !important; background: yellow !important; margin: 30px !important;
  padding: 30px !important; border: 5px solid lime !important; visibility: hidden !important;
  letter-spacing: 9px !important; text-transform: uppercase !important; pointer-events: none !important; z-index: -1 !important;
  width: 40px !important; height: 40px !important; overflow: hidden !important; cursor: wait !important`;
const inherited = `color: red; font: italic 700 40px/3 monospace; letter-spacing: 9px; word-spacing: 9px; visibility: hidden;
  text-transform: uppercase; cursor: wait; text-align: right; white-space: pre; user-select: none; -webkit-text-stroke: 3px red;
  text-shadow: 2px 2px red; list-style: square; tab-size: 40; hyphens: auto; accent-color: red; caret-color: red; color-scheme: dark`;
const names =
  'bg edge height left line muted on-primary primary soft text top warn warn-bg width x y z'.split(' ');
const styles = {
  'all: unset': '* { all: unset }',
  // What a page does to its body as a whole befalls all in it, but for the top layer.
  'a global reset, important': `* { ${every_property} } body * { opacity: 0.5 !important; transform: rotate(9deg) !important }`,
  'what all inherit': `html { ${inherited} }`,
  'custom properties of usual names': `:root, * { ${names.map((name) => `--${name}: 7px;`).join('')} }`,
  'custom properties that are registered': names
    .map((name) => `@property --${name} { syntax: '<length>'; inherits: false; initial-value: 7px }`)
    .join(''),
};

/** The launcher and the panel as pixels, but for their round edges, behind which is the page. */
async function look(page) {
  const inside = async (name, inset) => {
    const { x, y, width, height } = await part(page, name).boundingBox();
    const clip = { x: x + inset, y: y + inset, width: width - 2 * inset, height: height - 2 * inset };
    return page.screenshot({ clip });
  };
  await part(page, 'launcher').waitFor();
  const launcher = await inside('launcher', 12);
  await open_widget(page);
  await until_ready(page);
  await part(page, 'box').blur();
  return { launcher, panel: await inside('panel', 24) };
}

let clean;
for (const [what, css] of Object.entries(styles))
  test(`styles: ${what}: not a pixel of the widget differs`, needs_browser, async (t) => {
    clean ??= await look(await open(t));
    const page = await open(t, { html: { head: `<style>${css}</style>` } });
    const seen = await look(page);
    keep(what.replace(/\W+/g, '-'), await page.screenshot());
    for (const name of Object.keys(clean)) assert.ok(seen[name].equals(clean[name]), `the ${name}`);
  });

test('styles: on a phone, custom properties of usual names', needs_browser, async (t) => {
  const form = { viewport: { width: 360, height: 640 } };
  const page = await open(t, {
    html: { head: `<style>${styles['custom properties of usual names']}</style>` },
    form,
  });
  await open_widget(page);
  assert.deepEqual(await part(page, 'panel').boundingBox(), { x: 0, y: 0, ...form.viewport });
});

test('styles: a body that is a flex box with gaps has no more of them', needs_browser, async (t) => {
  const head = '<style>body { display: flex; flex-direction: column; gap: 50px }</style>';
  const page = await open(t, { html: { head, end: '<footer>Imprint</footer>' } });
  await part(page, 'launcher').waitFor();
  const gap = await page.evaluate(() => {
    const [body, footer] = [document.body, document.querySelector('footer')].map((one) =>
      one.getBoundingClientRect(),
    );
    return body.bottom - footer.bottom;
  });
  assert.equal(gap, 0, `${gap} px under the footer`);
});

// --- scripts ----------------------------------------------------------------------------------------------------------------------------
// Before the tag: wrappers and polyfills of the standard's functions, libraries that extend prototypes, and broken replacements of what the
// widget does not take from the page.
const each_name = (words, get) => `for (const name of '${words}'.split(' '))
  Object.defineProperty(Object.prototype, name, { configurable: true, get() { return ${get}; }, set() {} });`;
const scripts = {
  'JSON is gone': 'window.JSON = undefined;',
  'JSON is broken by a library': `Array.prototype.toJSON = String.prototype.toJSON = function () { return 'broken'; };
    JSON.parse = JSON.stringify = () => { throw new Error('no JSON here'); };`,
  "Promise is the page's own": `const Native = Promise;
    window.Promise = class { constructor(run) { const real = new Native((done) => setTimeout(done, 20)).then(() => new Native(run));
      this.then = (...given) => real.then(...given); } };`,
  'Promise throws': `window.Promise = function () { throw new Error('no Promise here'); };`,
  'fetch is wrapped': `const native = fetch;
    window.fetch = function (...given) { window.fetched = true; return native.apply(this, given).then((answer) => answer.clone()); };`,
  'fetch is a polyfill without streams': `const native = fetch;
    window.fetch = async (...given) => { const answer = await native(...given); const bytes = await answer.arrayBuffer();
      return { ok: answer.ok, status: answer.status, headers: answer.headers, arrayBuffer: async () => bytes }; };`,
  'prototypes have more, for everybody to see': `for (const one of [Object, Array, Function, String, Number, Element, Node, Map])
      one.prototype.shopMore = function () { throw new Error('more'); };
    Object.prototype.each = () => { throw new Error('each'); };`,
  'a library of 2010': `Array.from = (one) => (Array.isArray(one) ? one : [one]);
    const bind = Function.prototype.bind; Function.prototype.bind = function (...given) { return bind.apply(this, given); };
    const { map } = Array.prototype; Array.prototype.map = function (...given) { return map.apply(this, given); };`,
  'everybody inherits keys that cannot be written': each_name(
    'text id author kind state code attempt',
    `'inherited'`,
  ),
  'everybody inherits keys of requests': each_name('headers method body signal type integrity', 'undefined'),
  'the console is silenced': `for (const name of Object.keys(console)) console[name] = () => {};`,
};

async function converse(page) {
  await open_widget(page);
  await say(page, 'do you have a desk lamp?');
  await until_done(page, 1);
  await say(page, 'hello');
  await until_done(page, 2);
  assert.equal(await part(page, 'rows').locator('[data-author=self][data-state=sent]').count(), 2);
  assert.deepEqual(page.page_errors, []);
}

// The short form has most of them on one page.
const alone = /is gone|polyfill|throws|requests/;
const together = Object.entries(scripts).map(([what, script]) => (alone.test(what) ? '' : `{ ${script} }`));
scripts['nearly all of it'] = together.join('\n');
for (const [what, script] of Object.entries(scripts))
  for (const backend of ['shopbell', 'chatkit'])
    if (long || what === 'nearly all of it' || (what.includes('polyfill') && backend === 'chatkit'))
      test(`scripts, ${backend}: ${what}: a conversation all the same`, needs_browser, async (t) =>
        converse(await open(t, { html: { head: `<script>{ ${script} }</script>` }, tag: { backend } })),
      );

for (const backend of ['chatkit', 'shopbell'])
  test(
    `scripts, ${backend}: what is broken once the chat was opened is not missed`,
    needs_browser,
    async (t) => {
      const page = await open(t, { tag: { backend } });
      await open_widget(page);
      await say(page, 'hello');
      await until_done(page, 1);
      await page.addScriptTag({
        content: `{ const broken = function () { throw new Error('broken by the page'); };
          window.fetch = window.WebSocket = window.XMLHttpRequest = window.Promise = JSON.parse = JSON.stringify = broken; }`,
      });
      await say(page, 'do you have a desk lamp?');
      await until_done(page, 2);
      assert.deepEqual(page.page_errors, []);
    },
  );

// --- on top of each other ---------------------------------------------------------------------------------------------------------------
const over_all = 'position: fixed; z-index: 2147483647; background: #fff; border: 1px solid';
const banner = `<div id="banner" style="${over_all}; inset: auto 0 0 0; height: 120px">We use cookies.
  <button onclick="this.parentNode.remove()">Fine</button></div>`;

/** Whether a press in the middle of a part would reach it. */
async function is_on_top(page, name = 'launcher') {
  const { x, y, width, height } = await part(page, name).boundingBox();
  return page.evaluate(
    ([left, top]) => document.elementFromPoint(left, top)?.localName === 'shopbell-widget',
    [x + width / 2, y + height / 2],
  );
}

test('a cookie banner stays over the widget until it is answered', needs_browser, async (t) => {
  const page = await open(t, { html: { end: banner } });
  await part(page, 'launcher').waitFor();
  keep('banner', await page.screenshot());
  assert.equal(await is_on_top(page), false);
  await page.click('#banner button');
  assert.equal(await is_on_top(page), true);
});

test('an owner lifts the widget above a banner, and over what is on top of it', needs_browser, async (t) => {
  const lifted = '<style>shopbell-widget { --shopbell-offset-y: 140px }</style>';
  const above = await open(t, { html: { head: lifted, end: banner } });
  await part(above, 'launcher').waitFor();
  assert.equal(await is_on_top(above), true);
  const body = '<header style="position: fixed; inset: 0; z-index: 99999; background: #eee">Menu</header>';
  const under = await open(t, { html: { body } });
  await part(under, 'launcher').waitFor();
  assert.equal(await is_on_top(under), false);
  const head = '<style>shopbell-widget { --shopbell-z-index: 100000 }</style>';
  const over = await open(t, { html: { head, body } });
  await part(over, 'launcher').waitFor();
  assert.equal(await is_on_top(over), true);
});

test(
  'the top layer, where the owner wants it: over every z-index, on a page that moves',
  needs_browser,
  async (t) => {
    const head =
      '<style>body { transform: translateX(40px); filter: blur(1px); overflow: hidden; height: 50px }</style>';
    const end = `<div style="${over_all}; inset: 0; opacity: 0.9">Sale!</div>`;
    const page = await open(t, { html: { head, end }, tag: { 'top-layer': 'on' } });
    await part(page, 'launcher').waitFor();
    const { width, height } = page.viewportSize();
    const place = await part(page, 'launcher').boundingBox();
    assert.deepEqual([place.x + place.width, place.y + place.height], [width - 20, height - 20]);
    assert.equal(await is_on_top(page), true);
    await open_widget(page);
    await say(page, 'hello');
    await until_done(page, 1);
    keep('top-layer', await page.screenshot());
    assert.equal(await is_on_top(page, 'box'), true);
    await page.evaluate(() => {
      document.querySelector('shopbell-widget').remove();
      window.Shopbell.init();
    });
    await until('on top again', () => is_on_top(page, 'box'));
  },
);

test('a dialog of the page is over the top layer all the same', needs_browser, async (t) => {
  const end = '<dialog style="position: fixed; inset: 0; width: 100vw; height: 100vh">Are you 18?</dialog>';
  const page = await open(t, { html: { end }, tag: { 'top-layer': 'on' } });
  await part(page, 'launcher').waitFor();
  await page.evaluate(() => document.querySelector('dialog').showModal());
  assert.equal(await is_on_top(page), false);
});

// --- how it is looked at ----------------------------------------------------------------------------------------------------------------
test('zoom 400 %: all there in 320 pixels, nothing to scroll sideways', needs_browser, async (t) => {
  // WCAG 2.2, 1.4.10: 1280 x 1024 at 400 %.
  const page = await open(t, { form: { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 } });
  await part(page, 'launcher').waitFor();
  keep('zoom-closed', await page.screenshot());
  await open_widget(page);
  await until_ready(page);
  await say(page, 'do you have a desk lamp?');
  await until_done(page, 1);
  keep('zoom-open', await page.screenshot());
  const sideways = await page.evaluate(() => {
    const { shadowRoot } = document.querySelector('shopbell-widget');
    const wide = [...shadowRoot.querySelectorAll('*')].filter((one) => {
      const { left, right, width } = one.getBoundingClientRect();
      return width > 0 && (right > 320.5 || left < -0.5) && !one.closest('[part=products]');
    });
    return {
      document: document.documentElement.scrollWidth,
      wide: wide.map((one) => one.getAttribute('part') ?? one.localName),
    };
  });
  assert.deepEqual(sideways, { document: 320, wide: [] });
  for (const name of ['close', 'box', 'send']) {
    const { y, height } = await part(page, name).boundingBox();
    assert.ok(y >= 0 && y + height <= 256, `${name} is on the screen`);
  }
  const { height } = await part(page, 'rows').boundingBox();
  assert.ok(height >= 96, `${height} px for the conversation`);
});

test('print: the page alone', needs_browser, async (t) => {
  for (const tag of [{}, { 'top-layer': 'on' }]) {
    const page = await open(t, { tag });
    await open_widget(page);
    await until_ready(page);
    await page.emulateMedia({ media: 'print' });
    keep('print', await page.screenshot());
    for (const name of ['launcher', 'panel']) assert.equal(await part(page, name).isVisible(), false, name);
    await page.emulateMedia({ media: 'screen' });
    assert.ok(await part(page, 'panel').isVisible());
  }
});
