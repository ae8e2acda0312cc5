// TZ-T7: who the shopper is and what was said, over reloads, days, full and denied storage.
//
// The session is read where it counts, in the bodies that reach the server.
import { fill_storage, put_storage, read_storage, shift_clock } from '../rig/pages/page_state.mjs';
import { api_posts } from '../rig/request_log.mjs';
import { open_browser, open_gateway, open_shop, require_parts } from '../rig/stage.mjs';
import { in_browsers } from './in_browsers.mjs';
import { open_widget, read_rows, say, until, until_answered } from '../rig/widget.mjs';

const hour_ms = 3_600_000;
const client_id = /client_\d{13}_[0-9a-z]{9}/;
const session_id = /^(text-)?client_\d{13}_[0-9a-z]{9}_\d{13}$/;
const kept_messages = 50;
const history_sent = 20;

/** A page whose next messages are numbered, so that each can be found in the log. */
async function open_page(page, shop) {
  await page.goto(shop.url);
  await open_widget(page);
  return page;
}

async function ask(page, text) {
  const replies = (await read_rows(page)).filter((row) => row.author === 'agent').length;
  await say(page, text);
  // History is cut at 50 rows, so the count may stand still: the text's own row and a reply after it decide.
  await until(
    `a reply to "${text}"`,
    async () => {
      const rows = await read_rows(page);
      const at = rows.findLastIndex((row) => row.author === 'self' && row.text === text);
      return at >= 0 && rows.slice(at + 1).some((row) => row.author === 'agent' && row.state === 'done');
    },
    { seen: async () => ({ replies, rows: (await read_rows(page)).slice(-4) }) },
  );
}

async function last_body(gateway) {
  return api_posts(await gateway.requests()).at(-1).body;
}

const texts = async (page) => (await read_rows(page)).map((row) => row.text);

async function ids_and_reload({ t, gateway, shop, browser }) {
  const page = await open_page(await browser.new_page(), shop);
  await ask(page, 'first question');
  const first = await last_body(gateway);
  t.assert.match(first.sessionId, session_id, 'the form of the session id');
  const kept = Object.values(await read_storage(page)).join('\n');
  t.assert.match(kept, client_id, 'the client id is kept');
  const before = await texts(page);
  await page.reload();
  await open_widget(page);
  await until('the conversation is back', async () => (await texts(page)).length === before.length, {
    seen: () => texts(page),
  });
  t.assert.deepEqual(await texts(page), before, 'rows after a reload');
  await ask(page, 'second question');
  const second = await last_body(gateway);
  t.assert.equal(second.sessionId, first.sessionId, 'the session goes on');
  t.assert.deepEqual(
    second.history.at(-1),
    { role: 'user', content: 'second question' },
    'history ends with the message',
  );
  t.assert.deepEqual(
    second.history[0],
    { role: 'user', content: 'first question' },
    'history begins with the first',
  );
  t.assert.equal(second.history.length, 3);
}

async function expires_after_a_day({ t, gateway, shop, browser }) {
  const context = await browser.new_context();
  const page = await context.newPage();
  await open_page(page, shop);
  await ask(page, 'today');
  const first = (await last_body(gateway)).sessionId;

  await shift_clock(page, 24 * hour_ms - 60_000);
  await open_page(page, shop);
  await ask(page, 'just before a day is over');
  t.assert.equal((await last_body(gateway)).sessionId, first, 'the session holds for 24 h');

  // Activity a minute ago does not extend it.
  await shift_clock(page, 24 * hour_ms + 60_000);
  await open_page(page, shop);
  await ask(page, 'the next day');
  const next = (await last_body(gateway)).sessionId;
  t.assert.notEqual(next, first, 'after 24 h there is a new session');
  t.assert.equal(client_id.exec(next)?.[0], client_id.exec(first)?.[0], 'of the same client');
  t.assert.deepEqual((await texts(page))[0], 'the next day', 'which does not show the old conversation');
  t.assert.equal((await last_body(gateway)).history.length, 1, 'nor send it');
}

async function clock_jumps_back({ t, gateway, shop, browser }) {
  const page = await (await browser.new_context()).newPage();
  await open_page(page, shop);
  await ask(page, 'now');
  await shift_clock(page, -48 * hour_ms);
  await open_page(page, shop);
  await ask(page, 'two days ago');
  t.assert.match(
    (await last_body(gateway)).sessionId,
    session_id,
    'a clock that jumps back: the form of the id',
  );
}

const old_client = 'client_1735689600000_abc123xyz';
const past_messages = (count) =>
  Array.from({ length: count }, (_, i) => ({
    role: i % 2 ? 'assistant' : 'user',
    content: `old message ${i}`,
  }));

async function takes_over({ t, gateway, shop, browser }) {
  const formats = {
    'the older keys': {
      id: `${old_client}_1735689600001`,
      session: 'tz_session_id',
      expiry: 'tz_session_expiry',
    },
    'the newer keys': {
      id: `text-${old_client}_1735689600002`,
      session: 'tz_text_session_id',
      expiry: 'tz_text_session_expiry',
    },
  };
  for (const [name, format] of Object.entries(formats)) {
    for (const valid of [true, false]) {
      const where = `${name}, ${valid ? 'valid' : 'expired'}`;
      const page = await browser.new_page();
      await put_storage(page, shop, {
        tz_client_id: old_client,
        [format.session]: format.id,
        [format.expiry]: String(Date.now() + (valid ? hour_ms : -hour_ms)),
        tz_chat_history: JSON.stringify(past_messages(4)),
      });
      await open_page(page, shop);
      if (valid) await until(`${where}: the old conversation`, async () => (await texts(page)).length >= 4);
      await ask(page, 'still me');
      const body = await last_body(gateway);
      t.assert.ok(body.sessionId.includes(old_client), `${where}: the client stays`);
      t.assert.equal(body.sessionId === format.id, valid, `${where}: the session id ${body.sessionId}`);
      t.assert.equal((await texts(page))[0] === 'old message 0', valid, `${where}: the old rows`);
      t.assert.deepEqual(page.page_errors, [], `${where}: errors of the page`);
      await page.context().close();
    }
  }
}

async function keeps_fifty({ t, gateway, shop, browser }) {
  const page = await browser.new_page();
  await put_storage(page, shop, {
    tz_client_id: old_client,
    tz_session_id: `${old_client}_1735689600003`,
    tz_session_expiry: String(Date.now() + hour_ms),
    tz_chat_history: JSON.stringify(past_messages(60)),
  });
  await open_page(page, shop);
  await until('the old conversation', async () => (await texts(page)).length >= kept_messages);
  t.assert.deepEqual((await texts(page)).slice(0, 1), ['old message 10'], 'the last 50 of 60 are shown');
  for (const text of ['one more', 'and one more']) await ask(page, text);
  const body = await last_body(gateway);
  t.assert.equal(body.history.length, history_sent, 'the last 20 are sent');
  t.assert.equal(body.history.at(-1).content, 'and one more');
  await page.reload();
  await open_widget(page);
  await until('the conversation is back', async () => (await texts(page)).length >= kept_messages);
  const rows = await texts(page);
  t.assert.equal(rows.length, kept_messages, 'the last 50 are kept');
  t.assert.equal(rows[0], 'old message 14');
}

async function broken_storage({ t, gateway, shop, browser }) {
  const junk = [
    '',
    'null',
    '[',
    '{"role":1}',
    '[[[[',
    '[{"role":"user"}]',
    '\u0000',
    'x'.repeat(200_000),
    '\ud800',
  ];
  for (const [i, value] of junk.entries()) {
    const page = await browser.new_page();
    await put_storage(page, shop, {
      tz_client_id: value,
      tz_session_id: value,
      tz_session_expiry: value,
      tz_text_session_id: value,
      tz_chat_history: value,
    });
    await open_page(page, shop);
    await ask(page, 'hello').catch(async (error) => {
      throw new Error(`junk ${i} (${JSON.stringify(value).slice(0, 40)}): ${error.message}`);
    });
    const id = (await last_body(gateway)).sessionId;
    t.assert.ok(id.length >= 1 && id.length <= 100, `junk ${i}: the id has ${id.length} characters`);
    t.assert.deepEqual(page.page_errors, [], `junk ${i}: errors of the page`);
    await page.context().close();
  }
}

async function full_storage({ t, gateway, shop, browser }) {
  const page = await browser.new_page();
  await put_storage(page, shop, {});
  t.assert.ok((await fill_storage(page)) > 3, 'the storage is full');
  await open_page(page, shop);
  for (const text of ['full one', 'full two']) await ask(page, text);
  const posts = api_posts(await gateway.requests()).filter((post) => post.body.message.startsWith('full '));
  t.assert.deepEqual(
    posts.map((post) => post.body.message),
    ['full one', 'full two'],
    'each is sent once',
  );
  t.assert.equal(posts[0].body.sessionId, posts[1].body.sessionId, 'in one session');
  t.assert.deepEqual(page.page_errors, [], 'full: errors of the page');
}

async function denied_storage({ t, gateway, shop }) {
  const profile = await t.browser.launch_without_storage();
  t.defer(profile.close);
  const page = await profile.new_page();
  await page.goto(shop.url);
  const denied = await page.evaluate(() => {
    try {
      return String(localStorage.length);
    } catch (error) {
      return error.name;
    }
  });
  t.assert.equal(denied, t.browser.denied, 'the browser denies storage');
  await open_widget(page);
  for (const text of ['denied one', 'denied two'])
    await say(page, text).then(() => until_answered(page, text.endsWith('one') ? 1 : 2));
  const posts = api_posts(await gateway.requests()).filter((post) => post.body.message.startsWith('denied '));
  t.assert.deepEqual(
    posts.map((post) => post.body.message),
    ['denied one', 'denied two'],
    'each is sent once',
  );
  t.assert.equal(
    posts[0].body.sessionId,
    posts[1].body.sessionId,
    'in one session as long as the page lives',
  );
  t.assert.match(posts[0].body.sessionId, session_id, 'the form of the id');
  t.assert.deepEqual(page.page_errors, [], 'denied: errors of the page');
}

export const rows = {
  'TZ-T7': in_browsers({
    limit_s: 180,
    async run(t) {
      await require_parts(t);
      const gateway = await open_gateway(t);
      const shop = await open_shop(t, { gateway, tag: { idempotency: 'on' } });
      const browser = await open_browser(t);
      const parts = { t, gateway, shop, browser };
      const steps = [
        ids_and_reload,
        expires_after_a_day,
        clock_jumps_back,
        takes_over,
        keeps_fifty,
        broken_storage,
        full_storage,
        denied_storage,
      ];
      for (const step of steps) {
        await step(parts);
        t.log(`ok: ${step.name}`);
      }
    },
  }),
};
