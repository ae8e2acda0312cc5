// TZ-T8: two tabs of one shop show one conversation, and each message is sent once.
//
// Both tabs are open from the beginning, and neither is loaded again: what the other one says must come by itself. Sent once is counted
// at the server, in its request log and in what it has stored.
import { api_posts, keys_of } from '../rig/request_log.mjs';
import { open_browser, open_gateway, open_shop, require_parts } from '../rig/stage.mjs';
import { read_turns } from '../rig/store.mjs';
import { open_widget, read_rows, say, until, until_ready } from '../rig/widget.mjs';
import { in_browsers } from './in_browsers.mjs';

const answer_delay_ms = 400;

async function open_tabs(t, browser, tag) {
  const gateway = await open_gateway(t, { answerDelayMs: answer_delay_ms });
  const shop = await open_shop(t, { gateway, tag });
  const context = await browser.new_context();
  const tabs = [await context.newPage(), await context.newPage()];
  for (const page of tabs) {
    await page.goto(shop.url);
    await open_widget(page);
    await until_ready(page);
  }
  return { t, gateway, tabs };
}

/** What a shopper reads; the notice of a conversation that goes on elsewhere is not part of it. */
const conversation = async (page) =>
  (await read_rows(page))
    .filter(({ author }) => author !== 'system')
    .map(({ author, state, text }) => [author, state, text]);

/** Both tabs show these own texts, each sent and answered, and the same in the same order. */
async function until_both_show({ t, tabs }, what, texts) {
  const answered = (rows) =>
    texts.every((text) => rows.some((row) => row[1] === 'sent' && row[2] === text)) &&
    rows.filter(([author, state]) => author === 'agent' && state === 'done').length === texts.length;
  for (const page of tabs)
    await until(what, async () => answered(await conversation(page)), {
      timeout_ms: 20_000,
      seen: () => Promise.all(tabs.map(conversation)),
    });
  const [first, second = first] = await Promise.all(tabs.map(conversation));
  t.assert.deepEqual(first, second, `${what}: both tabs show the same`);
  t.assert.equal(first.length, 2 * texts.length, `${what}: nothing else`);
}

async function assert_once({ t, gateway }, texts) {
  const turns = await read_turns(gateway.data_dir);
  t.assert.deepEqual(turns.map(({ message }) => message).sort(), [...texts].sort(), 'stored once each');
  t.assert.equal(new Set(turns.map(({ session_id: id }) => id)).size, 1, 'in one session');
}

async function over_requests(t, browser) {
  const stage = await open_tabs(t, browser, { idempotency: 'on' });
  const { gateway, tabs } = stage;
  const [first, second] = tabs;
  const texts = ['from the first tab', 'from the second tab'];
  await say(first, texts[0]);
  await until_both_show(stage, 'said in the first', texts.slice(0, 1));
  await say(second, texts[1]);
  await until_both_show(stage, 'said in the second', texts);
  const { history } = api_posts(await gateway.requests()).at(-1).body;
  t.assert.deepEqual(
    history.map(({ role, content }) => (role === 'user' ? content : role)),
    [texts[0], 'assistant', texts[1]],
    'the second tab goes on where the first one was',
  );

  texts.push('both at once: the first', 'both at once: the second');
  await say(first, texts[2]);
  await say(second, texts[3]);
  await until_both_show(stage, 'said in both', texts);
  t.assert.equal(api_posts(await gateway.requests()).length, texts.length, 'one POST each');
  await assert_once(stage, texts);

  // The second tab was there before the first one said this, and sends it when the first has gone.
  texts.push('on the wire', 'held behind it');
  await say(first, texts[4]);
  await say(first, texts[5]);
  await until('the server has it', async () =>
    api_posts(await gateway.requests()).some(({ body }) => body.message === texts[4]),
  );
  await first.close();
  await until_both_show({ t, tabs: [second] }, 'left by the first', texts);
  await assert_once(stage, texts);
  const keys = keys_of(api_posts(await gateway.requests()));
  t.assert.equal(new Set(keys).size, texts.length, 'each under a key of its own');
}

async function over_sockets(t, browser) {
  const stage = await open_tabs(t, browser, { backend: 'shopbell' });
  const [first, second] = stage.tabs;
  const texts = ['over a socket: the first', 'over a socket: the second', 'the first again'];
  for (const [i, page] of [first, second, first].entries()) {
    await say(page, texts[i]);
    await until_both_show(stage, `"${texts[i]}"`, texts.slice(0, i + 1));
  }
  await assert_once(stage, texts);
}

export const rows = {
  'TZ-T8': in_browsers({
    limit_s: 60,
    not_in: { webkit: 'its driver has one window, and this takes two tabs' },
    async run(t) {
      await require_parts(t);
      const browser = await open_browser(t);
      await over_requests(t, browser);
      t.log('ok: over requests');
      await over_sockets(t, browser);
      t.log('ok: over sockets');
    },
  }),
};
