// One widget and one connection, however often the tag runs and whatever the page does with its body.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needs_browser, shared_parts, stage_of } from '../rig/suite.mjs';
import { open_widget, part, say, until } from '../rig/widget.mjs';
import { open_hostile_page, until_done } from './hostile_shop.mjs';

const parts = shared_parts({ streamPaceMs: 0 });

/** What a page does in the middle of a conversation. `copy` gives the tag once more, with this query. */
const happenings = {
  'the tag runs once more': (copy) => document.body.append(copy()),
  'hot reload: the tag runs from another address': (copy) => document.body.append(copy('?v=2')),
  'Turbo: a new body, whose tag runs': (copy) => {
    const body = document.createElement('body');
    body.append('Another page', copy());
    history.pushState({}, '', '/other');
    document.documentElement.replaceChild(body, document.body);
  },
  'Astro: a new body, where no tag runs': () => {
    const body = document.createElement('body');
    body.append('Another page');
    history.pushState({}, '', '/other');
    document.body.replaceWith(body);
  },
  'the page asks for it twice': () => {
    for (let i = 0; i < 2; i += 1) window.Shopbell.init({ apiUrl: 'http://elsewhere.test' });
  },
  'it is taken away and put back': async () => {
    const host = document.querySelector('shopbell-widget');
    host.remove();
    await new Promise((resolve) => setTimeout(resolve, 50));
    document.body.append(host);
  },
};

const open_sockets = (page) => page.sockets.filter((socket) => !socket.isClosed()).length;

for (const [what, happening] of Object.entries(happenings))
  test(what, needs_browser, async (t) => {
    const page = await open_hostile_page(stage_of(t), await parts());
    await open_widget(page);
    await say(page, 'hello');
    await until_done(page, 1);
    await page.evaluate(`(${happening})((query = '') => {
      const tag = document.querySelector('script[src*="shopbell.js"]');
      const copy = document.createElement('script');
      for (const { name, value } of tag.attributes) copy.setAttribute(name, value);
      copy.src += query;
      return copy;
    })`);
    await page.waitForLoadState('networkidle');
    await until('the box again', () => part(page, 'box').isVisible(), { seen: () => page.console_lines });
    await say(page, 'do you have a desk lamp?');
    await until_done(page, 2);
    assert.equal(await page.locator('shopbell-widget').count(), 1);
    assert.equal(open_sockets(page), 1);
    assert.equal(page.sockets.length, 1, 'the same connection all the while');
    assert.deepEqual(page.page_errors, []);
  });

test('StrictMode: made, ended and made again', needs_browser, async (t) => {
  const { gateway, browser } = await parts();
  const page = await open_hostile_page(stage_of(t), { gateway, browser, tag: { 'api-url': undefined } });
  await page.waitForFunction(() => window.Shopbell);
  await page.evaluate((apiUrl) => {
    const options = { apiUrl, apiKey: 'demo', backend: 'shopbell' };
    const first = window.Shopbell.init(options);
    first.open();
    first.destroy();
    window.Shopbell.init(options).open();
  }, gateway.url);
  await until('the box', () => part(page, 'box').isVisible());
  await say(page, 'hello');
  await until_done(page, 1);
  assert.equal(await page.locator('shopbell-widget').count(), 1);
  assert.equal(open_sockets(page), 1);
  assert.deepEqual(page.page_errors, []);
});
