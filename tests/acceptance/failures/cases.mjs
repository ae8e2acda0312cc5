// TZ-T6: the failures, each with what the shopper must see.
//
//   name        what fails
//   fault       for the proxy; none where the gateway fails by its own settings (`gateway`) or the tag's (`tag`)
//   both, or on and off   the check: with idempotency keys on and off; a mode without a check does not run
//   proxy       options of the fault proxy
//   before      what the shopper does before the fault
//   then: false the failure lasts, so no second text can be answered; `second` is that text where another is needed
import {
  deep_json,
  endless_deltas,
  endless_line,
  failed_answer,
  garbage,
  huge_json,
  invalid_utf8,
  not_json,
  raw_nul,
  truncated_json,
  unfinished_events,
  wrong_types,
} from '../../rig/network/bad_bodies.mjs';
import { box_text, part, row_action, say, sleep, until } from '../../rig/widget.mjs';
import {
  first_text,
  not_confirmed,
  panel_words,
  refused,
  reply_broken,
  retried_by_key,
  row_of,
  stored_count,
  unusable_answer,
  until_reply_to,
  until_state,
} from './expect.mjs';

const drop = (when) => ({ kind: 'drop', when });
const answer = (fields) => ({ kind: 'answer', ...fields });
const json_ok = { status: 200, forward: true };

export const cases = [
  {
    name: 'slow: "still working" at 5 s',
    fault: { kind: 'delay', delay_ms: 7_500 },
    async both({ t, page, proxy, gateway, where }) {
      await sleep(3_000);
      t.assert.doesNotMatch(
        await panel_words(page, first_text),
        /still working/i,
        `${where}: not said too early`,
      );
      await until(
        `${where}: "still working"`,
        async () => /still working/i.test(await panel_words(page, first_text)),
        {
          timeout_ms: 4_000,
          seen: () => panel_words(page, first_text),
        },
      );
      await until_reply_to(page, first_text, 8_000);
      t.assert.equal(proxy.posts.length, 1, `${where}: one post`);
      t.assert.equal(await stored_count({ gateway, proxy }, first_text), 1, `${where}: stored once`);
    },
  },
  {
    name: 'silence: ended after 30 s without a byte',
    fault: { kind: 'delay', delay_ms: Infinity },
    async on(c) {
      const start = Date.now();
      await until('a second try', () => c.proxy.posts.length >= 2, { timeout_ms: 40_000 });
      const waited_ms = Date.now() - start;
      c.t.assert.ok(waited_ms > 28_000, `${c.where}: not given up before 30 s but after ${waited_ms} ms`);
      await retried_by_key(c);
    },
    off: (c) => not_confirmed({ ...c, stored: 1, timeout_ms: 34_000 }),
  },
  {
    name: '500 before the request was taken',
    fault: answer({ status: 500 }),
    on: retried_by_key,
    off: (c) => not_confirmed({ ...c, stored: 0 }),
  },
  {
    name: '500 after it was taken',
    fault: answer({ status: 500, forward: true }),
    on: retried_by_key,
    off: (c) => not_confirmed({ ...c, stored: 1 }),
  },
  {
    name: '502 page of a proxy, without CORS headers',
    fault: answer({
      status: 502,
      forward: true,
      cors: false,
      body: not_json,
      headers: { 'content-type': 'text/html' },
    }),
    on: retried_by_key,
    off: (c) => not_confirmed({ ...c, stored: 1 }),
  },
  {
    name: '429: waits as long as the body says, then sends once',
    fault: answer({
      status: 429,
      headers: { 'retry-after': '9' },
      body: '{"error":"Too many requests","message":"Rate limit exceeded. Please try again in 3 seconds.","retryAfter":3}',
    }),
    async both({ t, page, proxy, gateway, where }) {
      const row = await until_state(page, first_text, ['waiting'], 3_000);
      t.assert.ok(row.note.length > 0, `${where}: the row says that it waits`);
      await until_reply_to(page, first_text, 12_000);
      const waited_ms = proxy.posts[1].time_ms - proxy.posts[0].time_ms;
      t.assert.ok(waited_ms >= 2_950 && waited_ms < 8_000, `${where}: sent again after ${waited_ms} ms`);
      t.assert.equal(await stored_count({ gateway, proxy }, first_text), 1, `${where}: stored once`);
    },
  },
  {
    name: '429 with Retry-After alone',
    fault: answer({ status: 429, headers: { 'retry-after': '3' }, body: 'slow down' }),
    async both({ t, page, proxy, gateway, where }) {
      await until_reply_to(page, first_text, 12_000);
      const waited_ms = proxy.posts[1].time_ms - proxy.posts[0].time_ms;
      t.assert.ok(waited_ms >= 2_950, `${where}: sent again after ${waited_ms} ms`);
      t.assert.equal(await stored_count({ gateway, proxy }, first_text), 1, `${where}: stored once`);
    },
  },
  {
    // Waits out a whole minute of the gateway, and keys play no part: once is enough.
    name: '429 of the gateway itself',
    gateway: { ipRequestsPerMinute: 1 },
    before: (page) => say(page, 'hello').then(() => until_reply_to(page, 'hello', 10_000)),
    then: false,
    async off({ t, page, proxy, gateway, where }) {
      const row = await until_state(page, first_text, ['waiting'], 3_000);
      t.assert.ok(row.note.length > 0, `${where}: the row says that it waits`);
      await until_reply_to(page, first_text, 70_000);
      t.assert.equal(await stored_count({ gateway, proxy }, first_text), 1, `${where}: stored once`);
    },
  },
  {
    name: '401 of the gateway: wrong key',
    tag: { 'api-key': 'wrong' },
    then: false,
    both: (c) => refused({ ...c, says: /\w{3,}/ }),
  },
  {
    name: '403 that the page can read',
    fault: answer({ status: 403, body: '{"error":"Forbidden","message":"Request origin not allowed"}' }),
    both: (c) => refused({ ...c, says: /\w{3,}/ }),
  },
  {
    name: "403 of the gateway: another shop's origin",
    gateway: { allowLocalhost: false, allowedOrigins: ['https://shop.example'] },
    then: false,
    both: (c) => refused({ ...c, says: /not set up for this page/ }),
  },
  {
    name: '400 of the gateway with details',
    gateway: { turnTokensMax: 3 },
    second: 'lamps',
    async both(c) {
      await refused({ ...c, says: /could not accept|too long/i });
      const row = await row_of(c.page, first_text);
      c.t.assert.ok(row.actions.includes('edit'), `${c.where}: the text can be changed`);
      await row_action(c.page, row.id, 'edit');
      c.t.assert.equal(await box_text(c.page), first_text, `${c.where}: it is back in the box`);
      await part(c.page, 'box').fill('');
    },
    keeps_row: false,
  },
  {
    name: '503 of the gateway: daily limit',
    // Only what a model is asked counts; this one is never reached.
    gateway: { dailyTokensMax: 1, openaiBaseUrl: 'http://127.0.0.1:9/v1', openaiModel: 'nobody' },
    then: false,
    async both({ t, page, proxy, gateway, where }) {
      const row = await until_state(page, first_text, ['waiting', 'failed'], 8_000);
      t.assert.ok(row.note.length > 0, `${where}: says something`);
      await sleep(6_000);
      t.assert.ok(
        proxy.posts.length <= 6,
        `${where}: ${proxy.posts.length} posts within seconds hammer the server`,
      );
      t.assert.equal(await stored_count({ gateway, proxy }, first_text), 0, `${where}: nothing stored`);
    },
  },
  {
    name: 'socket dropped before the request was taken',
    fault: drop('before_forward'),
    on: retried_by_key,
    off: (c) => not_confirmed({ ...c, stored: 0 }),
  },
  {
    name: 'socket dropped after the request was taken',
    fault: drop('after_forward'),
    on: retried_by_key,
    off: (c) => not_confirmed({ ...c, stored: 1 }),
  },
  {
    // Chromium sends the POST again by itself here (see the proxy's header), so the key is all that keeps it single.
    // Without a key no page can prevent it, and there is nothing to check.
    name: 'a reused connection dropped after the request was taken',
    proxy: { keep_alive: true },
    fault: drop('after_forward'),
    on: retried_by_key,
  },
  {
    name: 'socket dropped after the headers',
    fault: drop('after_headers'),
    on: retried_by_key,
    off: reply_broken,
  },
  {
    name: 'socket dropped in mid-answer',
    fault: { ...drop('mid_stream'), after_bytes: 90 },
    on: retried_by_key,
    off: reply_broken,
  },
  {
    name: 'events that stop without their end',
    fault: { kind: 'sse', forward: true, chunks: unfinished_events },
    on: retried_by_key,
    off: reply_broken,
  },
  {
    name: 'the answer sliced into single bytes is an answer',
    fault: { kind: 'slice', piece_bytes: 1 },
    async both({ t, page, proxy, where }) {
      await until_reply_to(page, first_text, 90_000); // some thousand writes and reads
      t.assert.equal(proxy.posts.length, 1, `${where}: one post`);
    },
  },
  ...Object.entries({
    'no JSON': not_json,
    'an empty body': '',
    'truncated JSON': truncated_json,
    'JSON of wrong types': wrong_types,
    'invalid UTF-8': invalid_utf8,
    'a raw NUL': raw_nul,
    'bytes of garbage': garbage,
    'JSON nested 10,000 deep': deep_json(),
    '10 MB': () => huge_json(),
  }).map(([what, body]) => ({
    name: `200 with ${what}`,
    // A body that is a generator is made anew for each case.
    get fault() {
      return answer({ ...json_ok, body: typeof body === 'function' ? body() : body });
    },
    on: unusable_answer,
    off: unusable_answer,
  })),
  {
    name: 'events that say the answer failed',
    fault: { kind: 'sse', forward: true, chunks: failed_answer },
    on: unusable_answer,
    off: unusable_answer,
  },
  {
    name: 'events without end',
    fault: { kind: 'sse', forward: true, chunks: endless_deltas },
    on: unusable_answer,
    off: unusable_answer,
  },
  {
    name: 'one event line without end',
    fault: { kind: 'sse', forward: true, chunks: endless_line },
    on: unusable_answer,
    off: unusable_answer,
  },
];
