// AG-1 and AG-6 for `ag-ui`: the chat converses with a real agent of others (pydantic-ai run by uvicorn; its model alone is scripted), and
// an answer that a proxy cuts is never shown as complete.
import { post_run, run_input, user } from '../rig/agui/client.mjs';
import { open_agui_page as open_page, open_agui_stage as open_stage } from '../rig/agui/stage.mjs';
import { start_fault_proxy } from '../rig/network/fault_proxy.mjs';
import {
  read_rows,
  row_action,
  rows_by,
  say,
  sleep,
  text_of,
  until,
  until_answered,
} from '../rig/widget.mjs';

const short = process.env.SHOPBELL_SHORT === '1';

const last_answer = async (page) => (await rows_by(page, 'agent')).at(-1);

/** @returns {Promise<object>} the row that asks, once it can be answered */
async function until_asked(page, words) {
  const asked = await until(
    `it is asked: ${words}`,
    async () =>
      (await read_rows(page)).find(({ actions, text }) => actions.includes('allow') && text.includes(words)),
    { seen: () => read_rows(page) },
  );
  // A press counts where nothing has moved for half a second.
  await sleep(700);
  return asked;
}

async function answered(t, page, count, wanted) {
  await until_answered(page, count);
  const { text } = await last_answer(page);
  t.assert.match(text, wanted);
  return text;
}

async function converses(t) {
  const stage = await open_stage(t, { products: ['It is yours. «buy {"sku": "LAMP-1", "count": 2}»'] });
  const page = await open_page(stage);
  const texts = new Set();
  const watch = setInterval(
    () =>
      void last_answer(page)
        .then((row) => row && texts.add(row.text))
        .catch(() => {}),
    10,
  );
  await say(page, 'slow 10 40');
  await answered(t, page, 1, /That was all 10\./);
  clearInterval(watch);
  t.assert.ok(texts.size >= 4, `it grows while it comes: ${texts.size} texts of it were seen`);
  t.log('ok: streamed text');

  await say(page, 'tool');
  await answered(t, page, 2, /^I look\.\s*There are 7 of them\.$/);
  t.log('ok: a tool of the agent');

  await say(page, 'client');
  await answered(t, page, 3, /^The page says: look is done$/);
  t.assert.deepEqual(page.ran, [{ name: 'look', input: { sku: 'LAMP-1' } }], 'once, as it was called');
  t.log('ok: a tool of the page that changes nothing runs by itself');

  await say(page, 'obey 0');
  const buying = await until_asked(page, 'Puts a product into the basket');
  t.assert.match(buying.text, /"sku": "LAMP-1"/);
  await row_action(page, buying.id, 'allow');
  await answered(t, page, 4, /^It is yours\..*done$/s);
  t.assert.deepEqual(page.ran.slice(1), [{ name: 'buy', input: { sku: 'LAMP-1', count: 2 } }]);
  t.log('ok: a tool of the page that changes something, allowed');

  await say(page, 'approve');
  const first = await until_asked(page, 'cancel_order');
  t.assert.match(first.text, /"order":\s*1042/);
  t.assert.deepEqual(await stage.agent.cancelled(), [], 'nothing is done before the yes');
  await row_action(page, first.id, 'allow');
  await answered(t, page, 5, /^I can cancel it\.\s*So it is: order 1042 is cancelled$/);
  t.assert.deepEqual(await stage.agent.cancelled(), [1042], 'once');
  t.log('ok: an interrupt, allowed');

  await say(page, 'approve');
  await row_action(page, (await until_asked(page, 'cancel_order')).id, 'refuse');
  await answered(t, page, 6, /^I can cancel it\.\s*So it is: /);
  t.assert.deepEqual(await stage.agent.cancelled(), [1042], 'a refusal is an answer');
  t.log('ok: an interrupt, refused');

  await say(page, 'fail');
  const failed = await until('it is told that it failed', async () =>
    (await rows_by(page, 'agent')).find(({ state }) => state === 'broken'),
  );
  t.assert.ok(failed.actions.includes('retry'));
  t.assert.doesNotMatch(
    JSON.stringify(await read_rows(page)),
    /model has gone away/,
    "no words of the agent's program",
  );
  t.log('ok: an error');

  await say(page, 'text');
  await answered(t, page, 7, /^Our desk lamp costs \$39\.50 and is in stock\.$/);
  t.assert.equal(await text_of(page, 'banner'), '');
  t.assert.deepEqual(page.page_errors, []);
}

/** What the agent sends for this script to a page that has `look`. */
async function whole_answer(agent, script) {
  const tools = [{ name: 'look', description: 'Looks', parameters: { type: 'object', properties: {} } }];
  const answer = await post_run(agent.url, run_input([user(script)], { tools }));
  return Buffer.from(await answer.arrayBuffer());
}

const ways = {
  'the connection breaks': (bytes, at) => ({ kind: 'drop', when: 'mid_stream', after_bytes: at }),
  'it ends as if it were whole': (bytes, at) => ({
    kind: 'sse',
    forward: true,
    chunks: () => [bytes.subarray(0, at)],
  }),
};

/** One shopper for each place. The last two are in the run's last word, of which one byte less is no word either. */
async function cut(t, stage, script, way, taken) {
  const bytes = await whole_answer(stage.agent, script);
  const places = Array.from({ length: 8 }, (_, i) => Math.max(1, Math.floor((bytes.length * i) / 8)));
  places.push(bytes.length - 40, bytes.length - 3);
  const own = [...places.entries()].filter(([i]) => taken(i));
  for (const [i, at] of own) {
    const what = `${script}, ${way}, place ${i + 1} (byte ${at} of ${bytes.length})`;
    const proxy = await start_fault_proxy(stage.agent.url);
    t.defer(proxy.close);
    const page = await open_page(stage, { url: proxy.url });
    proxy.plan(ways[way](bytes, at));
    await say(page, script);
    await until(
      `${what}: it is told`,
      async () => (await read_rows(page)).some(({ state }) => state === 'broken' || state === 'unconfirmed'),
      { seen: () => read_rows(page) },
    );
    await sleep(1_200);
    const rows = await read_rows(page);
    t.assert.ok(
      !rows.some(({ author, state }) => author === 'agent' && state === 'done'),
      `${what}: shown as complete`,
    );
    t.assert.equal(proxy.posts.length, 1, `${what}: asked again by itself`);
    t.assert.deepEqual(page.ran, [], `${what}: a tool of a run that was cut ran`);
    await page.close();
  }
  t.log(`ok: ${script}, ${way}: ${own.length} places`);
}

export const rows = {
  'AG-1': { limit_s: 120, run: converses },

  'AG-6': {
    limit_s: 300,
    async run(t) {
      const stage = await open_stage(t);
      await Promise.all(
        ['text', 'client'].map(async (script, i) => {
          for (const [j, way] of Object.keys(ways).entries()) {
            // `npm test` takes every second place of each, other ones for the other way.
            await cut(t, stage, script, way, (place) => !short || (i + j + place) % 2 === 0);
          }
        }),
      );
    },
  },
};
