// What pages, owners and networks do to a widget: odd texts, wrong options, two tags, no storage, jumping clocks, missing files.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watch_page } from '../rig/browsers/browser.mjs';
import { api_posts } from '../rig/request_log.mjs';
import { shop_html, start_shop, widget_tag } from '../rig/pages/shop_page.mjs';
import { needs_browser, shared_parts, stage_of } from '../rig/suite.mjs';
import {
  box_text,
  open_widget,
  part,
  read_rows,
  rows_by,
  say,
  text_of,
  until,
  until_answered,
  until_ready,
} from '../rig/widget.mjs';

const parts = shared_parts();

/** A page of a shop with `tag` in it; without one, with the ordinary tag. */
async function open_page(t, { tag, script, before } = {}) {
  const { gateway, browser } = await parts();
  const stage = stage_of(t);
  const ordinary = widget_tag(gateway.url, { 'api-url': gateway.url, 'api-key': 'demo', idempotency: 'on' });
  const html = shop_html(tag?.(gateway, ordinary) ?? ordinary);
  const shop = await start_shop({ '/': { html } });
  stage.defer(shop.close);
  const context = await browser.new_context();
  stage.defer(() => context.close());
  const page = watch_page(await context.newPage());
  if (script) await page.addInitScript(script);
  await before?.(page);
  await page.goto(shop.url);
  return { page, gateway, shop };
}

const posts_of = async (gateway, page) => {
  const origin = new URL(page.url()).origin;
  return api_posts(await gateway.requests()).filter((post) => post.headers.origin === origin);
};

const lines_with = (page, text) => page.console_lines.filter((line) => line.text.includes(text));

test('texts with lone surrogates are sent as text', needs_browser, async (t) => {
  const { page, gateway } = await open_page(t);
  await open_widget(page);
  await page.evaluate(() => window.Shopbell.init().send('from the page \ud800 and on'));
  await until_answered(page, 1);
  await part(page, 'box').evaluate((box) => {
    box.value = 'from the box \udc00\ud83d and on';
    box.dispatchEvent(new InputEvent('input', { bubbles: true }));
  });
  await page.keyboard.press('Enter');
  await until_answered(page, 2);
  const messages = (await posts_of(gateway, page)).map((post) => post.body.message);
  assert.deepEqual(messages, ['from the page \ufffd and on', 'from the box \ufffd\ufffd and on']);
  assert.deepEqual(
    (await rows_by(page, 'self')).map((row) => row.text),
    messages,
  );
  assert.deepEqual(page.page_errors, []);
});

test(
  'options of wrong types: the console names the allowed values and the widget works',
  needs_browser,
  async (t) => {
    const { page, gateway } = await open_page(t, {
      tag: (gateway) => `<script src="${gateway.url}/shopbell.js"></script>`,
    });
    await page.evaluate(() => {
      window.Shopbell.init({
        apiUrl: 5,
        apiKey: 'demo',
        backend: 'carrier-pigeon',
        position: ['top'],
        colorScheme: 'purple',
        primaryColor: 'red; background: url(//x)',
        voice: {},
        idempotency: Symbol('on'),
        botName: null,
        greeting: () => 'hi',
        placeholder: 10n,
        preload: NaN,
      }).open();
    });
    await until_ready(page);
    const wanted = {
      'api-url': 'an http(s) address',
      backend: 'chatkit, ',
      position: 'bottom-right, bottom-left',
      'color-scheme': 'auto, light, dark',
      'primary-color': 'a CSS colour',
      voice: 'off, ',
      idempotency: 'on, off',
      'bot-name': 'text',
      greeting: 'text',
      placeholder: 'text',
      preload: 'intent, idle',
    };
    // The core says so in its first step, which comes after the panel is there to type in.
    const lines_of = (name) => lines_with(page, `option "${name}"`);
    await until('the console names them', () =>
      Object.keys(wanted).every((name) => lines_of(name).length > 0),
    );
    for (const [name, allowed] of Object.entries(wanted)) {
      const lines = lines_of(name);
      assert.equal(lines.length, 1, `one line about ${name}`);
      assert.ok(lines[0].text.includes(`allowed: ${allowed}`), lines[0].text);
    }
    assert.equal(lines_of('api-key').length, 0);
    await say(page, 'hello');
    await until_answered(page, 1);
    assert.equal((await posts_of(gateway, page)).length, 1);
    assert.deepEqual(page.page_errors, []);
  },
);

test('a misspelt option and a colour that there is not are warnings', needs_browser, async (t) => {
  const { page } = await open_page(t, {
    tag: ({ url }) =>
      `<script src="${url}/shopbell.js" data-api-url="${url}" data-api-key="demo" data-idempotancy="on"
         data-primary-color="notacolour" data-cf-async="false"></script>`,
  });
  await open_widget(page);
  await until_ready(page);
  const warnings = () => lines_with(page, 'option "').map(({ type, text }) => `${type}: ${text}`);
  await until('the console names both', () => warnings().length === 3);
  assert.deepEqual(warnings().toSorted(), [
    'debug: [Shopbell] there is no option "cf-async".',
    'warning: [Shopbell] option "primary-color" is "notacolour"; allowed: a CSS colour such as #8b5cf6. The default is used.',
    'warning: [Shopbell] there is no option "idempotancy"; is "idempotency" meant?',
  ]);
});

for (const [name, options] of Object.entries({ null: 'null', text: '"x"', number: '7', list: '[1, 2]' })) {
  test(`Shopbell.init with ${name} instead of options`, needs_browser, async (t) => {
    const { page } = await open_page(t, {
      tag: (gateway) =>
        `<script src="${gateway.url}/shopbell.js"></script><script>Shopbell.init(${options}).open()</script>`,
    });
    await until_ready(page);
    assert.deepEqual(page.page_errors, []);
  });
}

test('the tag twice is one widget', needs_browser, async (t) => {
  const { page, gateway } = await open_page(t, { tag: (_, ordinary) => `${ordinary}\n${ordinary}` });
  await open_widget(page);
  await until_ready(page);
  await say(page, 'hello');
  await until_answered(page, 1);
  assert.equal(await page.locator('shopbell-widget').count(), 1);
  assert.equal((await posts_of(gateway, page)).length, 1);
});

test("the handle's methods", needs_browser, async (t) => {
  const { page, gateway } = await open_page(t);
  await part(page, 'launcher').waitFor();
  await page.evaluate(() => {
    window.heard = [];
    window.handle = window.Shopbell.init();
    for (const name of ['ready', 'open', 'close', 'message', 'sent', 'reply', 'error'])
      window.handle.on(name, (news) => window.heard.push([name, news.text]));
    window.handle.on('reply', () => {
      throw new Error('a listener of the page fails');
    });
    window.stop = window.handle.on('open', () => window.heard.push(['never']));
    window.stop();
    window.handle.open();
    window.handle.send('hello');
  });
  await until_answered(page, 1);
  await page.evaluate(() => window.handle.close());
  await part(page, 'panel').waitFor({ state: 'hidden' });
  const heard = await page.evaluate(() => window.heard);
  assert.deepEqual(
    heard.map(([name]) => name),
    ['ready', 'open', 'message', 'sent', 'reply', 'close'],
  );
  assert.equal(heard[2][1], 'hello');
  assert.ok(heard[4][1].length > 0, 'the reply has its text');
  assert.equal(lines_with(page, 'a listener for "reply" failed').length, 1);

  await page.evaluate(() => {
    window.handle.destroy();
    window.handle.destroy();
    window.handle.open();
    window.handle.send('into nothing');
  });
  assert.equal(await page.locator('shopbell-widget').count(), 0, 'destroy takes it away');
  await page.evaluate((url) => window.Shopbell.init({ apiUrl: url, apiKey: 'demo' }).open(), gateway.url);
  await until_ready(page);
  assert.equal(await page.locator('shopbell-widget').count(), 1, 'and init starts anew');
  await say(page, 'hello again');
  await until('an answer', async () => (await rows_by(page, 'agent')).length === 2, {
    seen: () => read_rows(page),
  });
  const messages = (await posts_of(gateway, page)).map((post) => post.body.message);
  assert.deepEqual(messages, ['hello', 'hello again']);
  assert.deepEqual(page.page_errors, []);
});

const throwing_storage = () => {
  const refuse = () => {
    throw new DOMException('refused', 'SecurityError');
  };
  for (const name of ['getItem', 'setItem', 'removeItem', 'key', 'clear']) Storage.prototype[name] = refuse;
  Object.defineProperty(Storage.prototype, 'length', { get: refuse });
};

test('storage that throws on every access', needs_browser, async (t) => {
  const { page, gateway } = await open_page(t, { script: throwing_storage });
  await open_widget(page);
  for (const [i, text] of ['one', 'two'].entries()) {
    await say(page, text);
    await until_answered(page, i + 1);
  }
  const posts = await posts_of(gateway, page);
  assert.deepEqual(
    posts.map((post) => post.body.message),
    ['one', 'two'],
  );
  assert.equal(posts[0].body.sessionId, posts[1].body.sessionId);
  assert.match(await text_of(page, 'banner'), /keeps nothing/, 'the shopper is told');
  assert.deepEqual(page.page_errors, []);
});

const movable_clock = () => {
  const real_now = Date.now.bind(Date);
  window.clock_offset_ms = 0;
  Date.now = () => real_now() + window.clock_offset_ms;
};

test('a clock that jumps by a day, forth and back', needs_browser, async (t) => {
  const { page, gateway } = await open_page(t, { script: movable_clock });
  await open_widget(page);
  const day_ms = 24 * 3_600_000 + 60_000;
  for (const [i, offset_ms] of [0, day_ms, -day_ms, 0].entries()) {
    await page.evaluate((ms) => (window.clock_offset_ms = ms), offset_ms);
    await say(page, `after jump ${i}`);
    await until(
      `jump ${i} is answered`,
      async () => {
        const rows = await read_rows(page);
        return rows.at(-1)?.state === 'done' && rows.at(-2)?.text === `after jump ${i}`;
      },
      { seen: () => read_rows(page) },
    );
  }
  const posts = await posts_of(gateway, page);
  assert.equal(posts.length, 4, 'each is sent once');
  assert.notEqual(posts[1].body.sessionId, posts[0].body.sessionId, 'a day later is another session');
  assert.deepEqual(page.page_errors, []);
});

for (const file of ['core.wasm', 'app.js']) {
  test(
    `${file} is missing: the shopper is told, the text is kept, and trying again works`,
    needs_browser,
    async (t) => {
      const { page, gateway } = await open_page(t, {
        before: (page) =>
          page.route(`**/${file}*`, (route) => route.fulfill({ status: 404, body: 'not here' })),
      });
      await open_widget(page);
      await say(page, 'do you have a lamp');
      await page.locator('shopbell-widget').getByText('could not be loaded').waitFor({ timeout: 15_000 });
      assert.equal(await box_text(page), 'do you have a lamp');
      assert.ok(lines_with(page, '[Shopbell] the chat could not be loaded').length >= 1, 'the owner is told');
      assert.equal((await posts_of(gateway, page)).length, 0);
      await page.unroute(`**/${file}*`);
      await part(page, 'reload').click();
      await until_ready(page);
      assert.equal(await box_text(page), 'do you have a lamp');
      await part(page, 'box').press('Enter');
      await until_answered(page, 1);
      assert.equal((await posts_of(gateway, page)).length, 1);
      assert.deepEqual(page.page_errors, []);
    },
  );
}

test('markdown.wasm is missing: answers are plain text', needs_browser, async (t) => {
  const { page } = await open_page(t, {
    before: (page) =>
      page.route('**/markdown.wasm', (route) => route.fulfill({ status: 404, body: 'not here' })),
  });
  await open_widget(page);
  await say(page, 'do you have earbuds?');
  await until_answered(page, 1);
  const [reply] = await rows_by(page, 'agent');
  assert.ok(reply.text.includes('**Hale Drift Buds'), reply.text);
  await until('the owner is told', () => lines_with(page, 'markdown_missing').length >= 1);
  assert.deepEqual(page.page_errors, []);
});

// --- while it loads -----------------------------------------------------------------------------------------------------------------------
test('what the core does not take, said while it loaded, is in the box again', needs_browser, async (t) => {
  let let_go;
  const held = new Promise((resolve) => (let_go = resolve));
  const { page, gateway } = await open_page(t, {
    before: (page) => page.route('**/core.wasm', async (route) => (await held, route.continue())),
  });
  await open_widget(page);
  const press_enter_on = async (text) => {
    await part(page, 'box').fill(text);
    await page.keyboard.press('Enter');
  };
  const long = 'word '.repeat(300).trim();
  await press_enter_on(long);
  await press_enter_on('do you have a lamp');
  await press_enter_on(`${long} twice`);
  await page.keyboard.type('and then');
  assert.equal(await box_text(page), 'and then', 'taken for now');
  let_go();
  await until_answered(page, 1);
  await until(
    'all of it in the box',
    async () => (await box_text(page)) === `${long}\n${long} twice\nand then`,
    {
      seen: () => box_text(page),
    },
  );
  assert.deepEqual(
    (await posts_of(gateway, page)).map((post) => post.body.message),
    ['do you have a lamp'],
  );
  assert.equal((await rows_by(page, 'self')).length, 1, 'no ghost is left');
  await part(page, 'box').fill('');
  await say(page, 'hello');
  await until_answered(page, 2);
  assert.equal(await box_text(page), '');
  assert.deepEqual(page.page_errors, []);
});

// --- what it listens to -------------------------------------------------------------------------------------------------------------------
test(
  "the shop's own storage loads nothing; a call that another tab has left does",
  needs_browser,
  async (t) => {
    const { page, shop } = await open_page(t);
    const other = await page.context().newPage();
    await other.goto(shop.url);
    const put = (key, value) =>
      other.evaluate(([key, value]) => localStorage.setItem(key, value), [key, value]);
    const loaded = () => page.requests.some(({ url }) => url.includes('/app.js'));
    await part(page, 'launcher').waitFor();
    await page.waitForTimeout(200);
    await put('basket', '{"tab":""}');
    await put('shopbell.1.chatkit.0.out.1', '{"tab":"","text":"a message"}');
    await put('shop.call', '{"tab":""}');
    await page.waitForTimeout(500);
    assert.equal(loaded(), false);
    await put('shopbell.1.chatkit.0.call', '{"tab":"","muted":false,"at_ms":1}');
    await until('the rest is loaded', loaded);
  },
);

test('what is taken away listens to nothing any more', needs_browser, async (t) => {
  const { page } = await open_page(t, {
    script: `window.observing = 0;
      for (const [name, by] of [['observe', 1], ['disconnect', -1]]) {
        const native = MutationObserver.prototype[name];
        MutationObserver.prototype[name] = function (...given) { window.observing += by; return native.apply(this, given); };
      }`,
  });
  const wire = await page.context().newCDPSession(page);
  const listeners = async () => {
    const { result } = await wire.send('Runtime.evaluate', { expression: 'window' });
    const found = await wire.send('DOMDebugger.getEventListeners', { objectId: result.objectId });
    return found.listeners.map(({ type }) => type);
  };
  await until('it listens', async () => (await listeners()).includes('storage'));
  assert.equal(await page.evaluate(() => window.observing), 1);
  await open_widget(page);
  await until_ready(page);
  await page.evaluate(() => window.Shopbell.init().destroy());
  assert.deepEqual(await listeners(), []);
  assert.equal(await page.evaluate(() => window.observing), 0);
});
