// HAL-1 to HAL-5 and HAL-7: the chat over the back end `hal`, directly and behind a real HAProxy with TLS, HTTP/2 for the page and the
// choice by two headers. The server is ours (tests/rig/hal/server.mjs says why); what it is sent and says is in its log.
import { open_hal_page as open_page, open_hal_stage as open_stage } from '../rig/hal/stage.mjs';
import {
  part,
  read_rows,
  row_action,
  rows_by,
  say,
  sleep,
  text_of,
  until,
  until_answered,
} from '../rig/widget.mjs';

const short = process.env.SHOPBELL_LONG !== '1';
const connected_line = '[OK] Connected to HAL';
const connecting = 'Connecting…';
const unconfirmed = 'unconfirmed';

const is_connected = (page) => page.console_lines.some(({ text }) => text === connected_line);
const until_connected = (page, count = 1, options = {}) =>
  until(
    `connected ${count} times`,
    () => page.console_lines.filter(({ text }) => text === connected_line).length >= count,
    { interval_ms: 20, seen: () => page.console_lines, ...options },
  );
const typed = (hal) => hal.frames('in', 'text_input').map(({ frame }) => frame.text);
const seconds_since = (from_ms) => (performance.now() - from_ms) / 1_000;

/** What the shopper reads, without its times. */
const conversation = async (page) =>
  (await read_rows(page)).map(({ author, state, text }) => [author, state, text]);

async function hears(t, page, text, limit_s, says) {
  const answers = (await rows_by(page, 'agent')).length;
  const from_ms = performance.now();
  await says();
  await until_answered(page, answers + 1, { timeout_ms: limit_s * 1_000, interval_ms: 20 });
  const [own, reply] = (await read_rows(page)).slice(-2);
  t.assert.deepEqual([own.author, own.state, own.text], ['self', 'sent', text]);
  t.assert.equal(reply.author, 'agent');
  t.assert.ok(seconds_since(from_ms) <= limit_s, `answered within ${limit_s} s`);
  return reply.text;
}
const says_and_hears = (t, page, text, limit_s) => hears(t, page, text, limit_s, () => say(page, text));

/** HAL-1: what is told on the way to a connection, and that nothing flaps once it is there. */
async function connects(t, proxied) {
  // A server that takes its time to greet: the word comes within a second and goes with the greeting.
  const stage = await open_stage(t, { proxied });
  stage.hal.opening({ greet_ms: 2_000 });
  const page = await open_page(stage);
  const opened_ms = performance.now();
  await until('Connecting… is told', async () => (await text_of(page, 'banner')) === connecting, {
    timeout_ms: 1_000,
    interval_ms: 20,
  });
  await until_connected(page, 1, { timeout_ms: 3_000 });
  t.log(
    `connected ${seconds_since(opened_ms).toFixed(2)} s after the panel was opened, of a server that waits for 2 s`,
  );
  await until('the word is gone', async () => (await text_of(page, 'banner')) === '');

  stage.hal.opening();
  const quick = await open_page(stage);
  await until_connected(quick, 1, { timeout_ms: 3_000 });
  const told = new Set();
  for (
    const end_ms = performance.now() + (short ? 6_000 : 20_000);
    performance.now() < end_ms;
    await sleep(50)
  )
    told.add(await text_of(quick, 'banner'));
  t.assert.deepEqual([...told], [''], 'no word of a connection that is there');
  t.assert.equal(stage.hal.log.filter(({ what }) => what === 'opened').length, 2, 'one connection each');
  t.assert.equal(stage.hal.log.filter(({ what }) => what === 'closed').length, 0, 'and none ended');
}

/** Texts that look alike are told apart by their numbers; each frame is far below 10 kB, the longest message's too. */
async function in_order(t, { server, count, twice_at }) {
  const stage = await open_stage(t, { server });
  const { hal } = stage;
  const page = await open_page(stage);
  const longest = 'ü'.repeat(1_000);
  const texts = Array.from({ length: count }, (_, i) => (i === count - 1 ? longest : `message ${i + 1}`));
  if (twice_at !== undefined) {
    for (let i = 0; i < count; i += 1) hal.plan(i === twice_at ? { kind: 'twice', gap_ms: 600 } : null);
  }
  const answers = [];
  for (const text of texts) {
    await page.evaluate((one) => {
      const box = document.querySelector('shopbell-widget').shadowRoot.querySelector('[part~=box]');
      box.value = one;
      box.dispatchEvent(new Event('input', { bubbles: true }));
    }, text);
    answers.push(await hears(t, page, text, 5, () => part(page, 'box').press('Enter')));
  }
  t.assert.deepEqual(
    answers,
    texts.map((text) => `You said: ${text}`),
  );
  t.assert.deepEqual(typed(hal), texts, 'each once, in order');
  t.assert.equal((await read_rows(page)).length, 2 * count, 'and nothing else is shown');
  for (const { bytes } of hal.frames('in')) t.assert.ok(bytes < 10_000, `a frame of ${bytes} bytes`);
  t.assert.deepEqual(
    page.console_lines.filter(({ type }) => type === 'error'),
    [],
  );
}

/** HAL-7: what was on the wire is in doubt and has its button; what was typed while down goes once. */
async function comes_back(t, { name, proxied, down, up }) {
  const stage = await open_stage(t, { proxied });
  const { hal } = stage;
  const page = await open_page(stage);
  await until_connected(page);
  await says_and_hears(t, page, 'hello', 5);

  hal.always({ kind: 'silent', when: 'at_once' });
  await say(page, 'on the wire');
  await until('it is on the wire', () => typed(hal).includes('on the wire'));
  await down(stage);
  await until(
    'it is not confirmed',
    async () =>
      (await read_rows(page)).some(({ text, state }) => text === 'on the wire' && state === unconfirmed),
    {
      timeout_ms: 15_000,
      seen: () => read_rows(page),
    },
  );
  hal.always(null);
  await say(page, 'typed while down');
  await say(page, 'and this');
  await sleep(1_000);
  t.assert.deepEqual(typed(hal), ['hello', 'on the wire'], `${name}: nothing passes while it is down`);
  await up(stage);
  const up_ms = performance.now();
  await until_answered(page, 3, { timeout_ms: 15_000 });
  t.log(`${name}: back and answered ${seconds_since(up_ms).toFixed(2)} s after it could`);
  t.assert.deepEqual(
    typed(hal),
    ['hello', 'on the wire', 'typed while down', 'and this'],
    `${name}: each once`,
  );

  // Only the shopper can want it again.
  const doubted = (await read_rows(page)).find(({ text }) => text === 'on the wire');
  await row_action(page, doubted.id, 'retry');
  await until_answered(page, 4);
  t.assert.equal(
    typed(hal).filter((text) => text === 'on the wire').length,
    2,
    `${name}: again by its button`,
  );
  t.assert.deepEqual(
    (await conversation(page)).filter(([author]) => author === 'self').map(([, state]) => state),
    ['sent', 'sent', 'sent', 'sent'],
  );
}

/** A wrong route takes the connection away and answers a WebSocket with 501 or 503; with the right one back the page is there by itself. */
async function misrouted(t, route) {
  const stage = await open_stage(t, { proxied: true });
  const { hal, proxy } = stage;
  const page = await open_page(stage);
  await until_connected(page);
  await proxy.reroute(route);
  await say(page, 'typed while misrouted');
  await until('it is told', async () => /can’t be reached/.test(await text_of(page, 'banner')), {
    timeout_ms: 8_000,
  });
  t.assert.deepEqual(typed(hal), []);
  await proxy.reroute('good');
  await until_answered(page, 1, { timeout_ms: 20_000 });
  t.assert.deepEqual(typed(hal), ['typed while misrouted'], `${route}: delivered once`);
  t.log(`ok: ${route}`);
}

export const rows = {
  'HAL-1': {
    limit_s: 90,
    async run(t) {
      await connects(t, false);
      t.log('ok: direct');
      await connects(t, true);
      t.log('ok: through HAProxy');
    },
  },

  'HAL-2': {
    limit_s: 60,
    async run(t) {
      const stage = await open_stage(t, { proxied: true });
      const page = await open_page(stage);
      await until_connected(page);
      await says_and_hears(t, page, 'hello', 5);
      t.assert.equal(page.console_lines.filter(({ text }) => text === connected_line).length, 1, 'said once');
      const bad = page.console_lines.filter(
        ({ type, text }) => type === 'error' || (type === 'warning' && /socket/i.test(text)),
      );
      t.assert.deepEqual(bad, [], 'no errors');
      t.assert.deepEqual(page.page_errors, []);
    },
  },

  'HAL-3': {
    limit_s: 60,
    async run(t) {
      const stage = await open_stage(t);
      const page = await open_page(stage);
      t.assert.equal(await says_and_hears(t, page, 'hello', 3), 'Hello! How can I help you today?');
      const sides = await page.evaluate(() => {
        const root = document.querySelector('shopbell-widget').shadowRoot;
        const list = root.querySelector('[part~=rows]').getBoundingClientRect();
        return [...root.querySelectorAll('[data-row]')].map((row) => {
          const { left, right } = row.querySelector('[part~=text]').getBoundingClientRect();
          return [row.dataset.author, left - list.left > list.right - right ? 'right' : 'left'];
        });
      });
      t.assert.deepEqual(sides, [
        ['self', 'right'],
        ['agent', 'left'],
      ]);
    },
  },

  'HAL-4': {
    limit_s: 120,
    async run(t) {
      await in_order(t, { count: 5 });
      await in_order(t, { count: 12, twice_at: 3 });
      await in_order(t, { server: { variant: 'web2' }, count: 5 });
    },
  },

  // 24 h of simulated time are tests/transcripts/hal_stays.txt.
  'HAL-5': {
    limit_s: short ? 90 : 70 * 60,
    async run(t) {
      const stage = await open_stage(t, { proxied: true });
      const { hal } = stage;
      const page = await open_page(stage);
      await until_connected(page);
      const minutes = short ? 0.5 : 65;
      const begun_ms = performance.now();
      for (let said = 1; seconds_since(begun_ms) < minutes * 60; said += 1) {
        await says_and_hears(t, page, `message ${said}`, 5);
        await sleep(short ? 10_000 : 5 * 60_000);
        t.assert.equal(await text_of(page, 'banner'), '');
      }
      t.log(`${(seconds_since(begun_ms) / 60).toFixed(1)} min, ${typed(hal).length} messages`);
      t.assert.equal(hal.log.filter(({ what }) => what === 'opened').length, 1, 'one connection');
      t.assert.ok(is_connected(page));
    },
  },

  'HAL-7': {
    limit_s: 240,
    async run(t) {
      await comes_back(t, {
        name: 'the proxy restarts',
        proxied: true,
        down: ({ proxy }) => proxy.stop(),
        up: ({ proxy }) => proxy.start(),
      });
      await comes_back(t, {
        name: 'the server is killed',
        down: ({ hal }) => hal.stop(),
        up: ({ hal }) => hal.start(),
      });
      for (const route of ['backup', 'no_host']) await misrouted(t, route);
    },
  },
};
