// Two versions on one browser's storage: in two tabs at once and one after the other. Nothing is lost and nothing is sent twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api_posts } from '../rig/request_log.mjs';
import { start_shop, shop_html } from '../rig/pages/shop_page.mjs';
import { watch_page } from '../rig/browsers/browser.mjs';
import { needs_browser } from '../rig/suite.mjs';
import { open_widget, read_rows, say, until, until_ready } from '../rig/widget.mjs';
import { file_stage } from './file_stage.mjs';
import { moving_tag, open_releases } from './stage.mjs';
import { ran } from './versions.mjs';

const stage = file_stage();
const parts = needs_browser.skip ? undefined : await open_releases(stage, ['1.0.0', '1.1.0']);

/** What a later version may leave in storage, in forms that neither of these knows. */
const from_later = { 'shopbell.2.outbox.x': 'a later form', 'shopbell.9': '\u0001\u0002' };

test('N and N-1 in two tabs and by turns: one conversation, each message once', needs_browser, async () => {
  await parts.promote('1.0.0');
  await parts.promote('1.1.0');
  const page_of = (query) => ({ html: shop_html(moving_tag(query)(parts.gateway.url, parts.gateway.url)) });
  const shop = await start_shop({
    '/old': page_of('?v=1.0.0'),
    '/new': page_of(''),
    '/empty': { html: '<!doctype html><title>Empty</title>' },
  });
  stage.defer(shop.close);
  const context = await parts.browser.new_context();
  const tabs = { old: watch_page(await context.newPage()), new: watch_page(await context.newPage()) };
  await tabs.old.goto(`${shop.url}/empty`);
  await tabs.old.evaluate((all) => {
    for (const [key, value] of Object.entries(all)) localStorage.setItem(key, value);
  }, from_later);
  const ask = async (name, text) => {
    await say(tabs[name], text);
    await until(
      `an answer to ${text}`,
      async () => {
        const rows = await read_rows(tabs[name]);
        const at = rows.findIndex((row) => row.author === 'self' && row.text === text);
        return at >= 0 && rows[at + 1]?.state === 'done';
      },
      { seen: () => read_rows(tabs[name]) },
    );
  };
  const open = async (name) => {
    await tabs[name].bringToFront();
    await tabs[name].goto(`${shop.url}/${name}`);
    await open_widget(tabs[name]);
    await until_ready(tabs[name]);
  };
  await open('old');
  await ask('old', 'one');
  await open('new');
  assert.deepEqual((await ran(tabs.old)).versions, ['1.0.0']);
  assert.deepEqual((await ran(tabs.new)).versions, ['1.1.0']);

  const texts = ['one', 'two', 'three', 'four', 'five', 'six'];
  for (const [i, text] of texts.entries()) {
    if (i === 0) continue;
    const name = i % 2 ? 'new' : 'old';
    // From the fourth on each version also starts anew on what the other left.
    if (i >= 3) await open(name);
    await tabs[name].bringToFront();
    await ask(name, text);
  }
  for (const name of ['old', 'new']) {
    await open(name);
    await until('all of it', async () => (await read_rows(tabs[name])).length === 12, {
      seen: () => read_rows(tabs[name]),
    });
    const own = (await read_rows(tabs[name]))
      .filter(({ author }) => author === 'self')
      .map(({ text }) => text);
    assert.deepEqual(own, texts, name);
    assert.deepEqual(tabs[name].page_errors, []);
  }
  const posts = api_posts(await parts.gateway.requests());
  assert.deepEqual(
    posts.map(({ body }) => body.message),
    texts,
  );
  assert.equal(new Set(posts.map(({ body }) => body.sessionId)).size, 1, 'one session');
  const kept = await tabs.old.evaluate(() => ({ ...localStorage }));
  for (const [key, value] of Object.entries(from_later)) assert.equal(kept[key], value, key);
  await context.close();
});
