// Two tabs of one shop: each sends its own messages and shows both's, and each is sent once, whatever happens to a tab in between.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watch_page } from '../rig/browsers/browser.mjs';
import { api_posts, keys_of } from '../rig/request_log.mjs';
import { open_shop } from '../rig/stage.mjs';
import { read_turns } from '../rig/store.mjs';
import { needs_browser, shared_parts, stage_of } from '../rig/suite.mjs';
import { open_widget, read_rows, rows_by, say, until, until_answered, until_ready } from '../rig/widget.mjs';

const parts = shared_parts({ answerDelayMs: 1_500 });

async function open_tab(context, shop) {
  const page = watch_page(await context.newPage());
  await page.goto(shop.url);
  await open_widget(page);
  await until_ready(page);
  return page;
}

async function shop_and_context(t) {
  const { gateway, browser } = await parts();
  const stage = stage_of(t);
  const shop = await open_shop(stage, { gateway, tag: { idempotency: 'on' } });
  const context = await browser.new_context();
  stage.defer(() => context.close());
  return { gateway, shop, context };
}

const own_texts = async (page) => (await rows_by(page, 'self')).map((row) => row.text);

const stored = async (gateway, text) =>
  (await read_turns(gateway.data_dir)).filter((turn) => turn.message === text);

const until_sent = (page, text) =>
  until(
    `"${text}" is answered`,
    async () => {
      const rows = await read_rows(page);
      const at = rows.findIndex((row) => row.text === text && row.state === 'sent');
      return at >= 0 && rows.slice(at + 1).some((row) => row.author === 'agent' && row.state === 'done');
    },
    { timeout_ms: 20_000, seen: () => read_rows(page) },
  );

const keys_for = async (gateway, text) =>
  new Set(keys_of(api_posts(await gateway.requests()).filter((post) => post.body.message === text)));

test('two tabs that send at once', needs_browser, async (t) => {
  const { gateway, shop, context } = await shop_and_context(t);
  const tabs = [await open_tab(context, shop), await open_tab(context, shop)];
  const texts = ['from the first tab', 'from the second tab'];
  await Promise.all(tabs.map((page, i) => say(page, texts[i])));
  await Promise.all(tabs.map((page) => until_answered(page, 2)));
  for (const [i, page] of tabs.entries()) {
    assert.deepEqual((await own_texts(page)).sort(), texts);
    assert.equal((await stored(gateway, texts[i])).length, 1);
    assert.deepEqual(page.page_errors, []);
  }
  const [first] = await keys_for(gateway, texts[0]);
  const [second] = await keys_for(gateway, texts[1]);
  assert.notEqual(first, second);
});

test('one tab is loaded again during its send', needs_browser, async (t) => {
  const { gateway, shop, context } = await shop_and_context(t);
  const [page, other] = [await open_tab(context, shop), await open_tab(context, shop)];
  const text = 'sent while the page goes';
  await say(page, text);
  await until('the server has it', async () => (await keys_for(gateway, text)).size === 1);
  await page.reload();
  await open_widget(page);
  await until_sent(page, text);
  assert.deepEqual(await own_texts(page), [text]);
  assert.equal((await stored(gateway, text)).length, 1, 'stored once');
  assert.equal((await keys_for(gateway, text)).size, 1, 'under one key');
  assert.equal((await rows_by(page, 'agent')).length, 1, 'one reply');
  assert.deepEqual(other.page_errors, []);
});

test(
  'a tab is closed with a message on the wire and one held: the other sends both once',
  needs_browser,
  async (t) => {
    const { gateway, shop, context } = await shop_and_context(t);
    const page = await open_tab(context, shop);
    const texts = ['on the wire', 'held behind it'];
    for (const text of texts) await say(page, text);
    await until('the server has the first', async () => (await keys_for(gateway, texts[0])).size === 1);
    const other = await open_tab(context, shop);
    assert.deepEqual(await keys_for(gateway, texts[1]), new Set(), 'a living tab keeps its own');
    await page.close();
    for (const text of texts) await until_sent(other, text);
    for (const text of texts) {
      assert.equal((await stored(gateway, text)).length, 1, `"${text}" is stored once`);
      assert.equal((await keys_for(gateway, text)).size, 1, `"${text}" under one key`);
    }
    assert.deepEqual(await own_texts(other), texts);
    assert.deepEqual(other.page_errors, []);
  },
);
