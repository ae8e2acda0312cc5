// TZ-T6: what must be true of a shopper's text after a failure. Each check takes the case's context:
// {t, page, proxy, gateway, where, idempotency}.
import { keys_of } from '../../rig/request_log.mjs';
import { read_turns } from '../../rig/store.mjs';
import { box_text, read_rows, row_action, sleep, text_of, until } from '../../rig/widget.mjs';

export const first_text = 'do you have a desk lamp';

/** The own row of a text, or undefined. */
export const row_of = async (page, text) =>
  (await read_rows(page)).find((row) => row.author === 'self' && row.text.includes(text));

export const until_state = (page, text, states, timeout_ms) =>
  until(
    `"${text}" is ${states.join(' or ')}`,
    async () => {
      const row = await row_of(page, text);
      return row && states.includes(row.state) ? row : undefined;
    },
    { timeout_ms, seen: async () => ({ rows: await read_rows(page), box: await box_text(page) }) },
  );

/** A reply stands after the own row of that text, finished. */
export const until_reply_to = (page, text, timeout_ms) =>
  until(
    `a reply to "${text}"`,
    async () => {
      const rows = await read_rows(page);
      const at = rows.findIndex((row) => row.author === 'self' && row.text.includes(text));
      return (
        at >= 0 &&
        rows.slice(at + 1).some((row) => row.author === 'agent' && row.state === 'done' && row.text)
      );
    },
    { timeout_ms, seen: () => read_rows(page) },
  );

/** Everything a shopper can read in the panel, for "says what happened" checks. */
export async function panel_words(page, text) {
  const row = await row_of(page, text);
  return [row?.note ?? '', await text_of(page, 'banner'), await text_of(page, 'typing')].join(' ').trim();
}

/** How often the text is stored for this shopper. The gateway is shared by many: only this page's sessions count. */
export async function stored_count({ gateway, proxy }, text) {
  const sessions = new Set(proxy.posts.map((post) => JSON.parse(post.body).sessionId));
  const turns = await read_turns(gateway.data_dir);
  return turns.filter((turn) => turn.message === text && sessions.has(turn.session_id)).length;
}

/** With a key: tried again by itself under the same key, stored once, answered. */
export async function retried_by_key({ t, page, proxy, gateway, where, timeout_ms = 20_000 }) {
  await until_state(page, first_text, ['sent'], timeout_ms);
  await until_reply_to(page, first_text, timeout_ms);
  const posts = proxy.posts.filter((post) => JSON.parse(post.body).message === first_text);
  const keys = new Set(keys_of(posts));
  t.assert.ok(posts.length >= 2, `${where}: it was tried again`);
  t.assert.equal(keys.size, 1, `${where}: under the same key`);
  t.assert.ok([...keys][0], `${where}: there is a key`);
  t.assert.equal(await stored_count({ gateway, proxy }, first_text), 1, `${where}: stored once`);
}

/** Without a key: "not confirmed", words, one button, and never sent again by itself. */
export async function not_confirmed({ t, page, proxy, gateway, where, stored, timeout_ms = 8_000 }) {
  const row = await until_state(page, first_text, ['unconfirmed'], timeout_ms);
  t.assert.match(row.says, /not confirmed/i, `${where}: the row says so`);
  t.assert.ok(row.actions.includes('retry'), `${where}: the row offers to send again`);
  await sleep(4_000);
  t.assert.equal(proxy.posts.length, 1, `${where}: never sent again blindly`);
  t.assert.equal(await stored_count({ gateway, proxy }, first_text), stored, `${where}: stored`);
  if (stored === 0) {
    await row_action(page, row.id, 'retry');
    await until_reply_to(page, first_text, 10_000);
    t.assert.equal(
      await stored_count({ gateway, proxy }, first_text),
      1,
      `${where}: stored once after the button`,
    );
  }
}

/** The reply broke off after its head, which said "stored": the text stands as sent or as not confirmed, in words. */
export async function reply_broken({ t, page, proxy, gateway, where }) {
  await until(
    `${where}: the panel says that the reply broke off`,
    async () => {
      const rows = await read_rows(page);
      const own = rows.find((row) => row.author === 'self');
      const agent = rows.find((row) => row.author === 'agent');
      return (
        (own?.state === 'unconfirmed' && own.note) ||
        (own?.state === 'sent' && agent?.state === 'broken' && agent.note)
      );
    },
    { seen: () => read_rows(page) },
  );
  await sleep(4_000);
  t.assert.equal(proxy.posts.length, 1, `${where}: never sent again blindly`);
  t.assert.equal(await stored_count({ gateway, proxy }, first_text), 1, `${where}: stored once`);
}

/** Refused for good: words, the text kept with actions, and not tried again by itself. */
export async function refused({ t, page, proxy, where, says, posts = 1 }) {
  const row = await until_state(page, first_text, ['failed'], 8_000);
  const words = await panel_words(page, first_text);
  t.assert.match(words, says, `${where}: says what happened`);
  t.assert.ok(row.actions.length >= 1, `${where}: the shopper can act`);
  await sleep(3_000);
  t.assert.equal(proxy.posts.length, posts, `${where}: not sent again by itself`);
}

/**
 * An answer that cannot be used. The text was taken (the status said so) but whether it will be answered is unknown:
 * with a key it may be asked for again; without one never; in both cases it is stored once and words stand there.
 */
export async function unusable_answer({ t, page, proxy, gateway, where, idempotency }) {
  await until(
    `${where}: the panel says something`,
    async () => {
      const rows = await read_rows(page);
      const own = rows.find((row) => row.author === 'self' && row.text.includes(first_text));
      const agent = rows.find((row) => row.author === 'agent');
      if (!own) return false;
      if (own.state === 'sent')
        return agent && ['done', 'broken'].includes(agent.state) && (agent.text || agent.note);
      return ['unconfirmed', 'failed'].includes(own.state) && own.note && own.actions.length > 0;
    },
    { timeout_ms: 25_000, seen: () => read_rows(page) },
  );
  if (idempotency !== 'on') {
    await sleep(3_000);
    t.assert.equal(proxy.posts.length, 1, `${where}: never sent again blindly`);
  }
  t.assert.equal(await stored_count({ gateway, proxy }, first_text), 1, `${where}: stored once`);
}
