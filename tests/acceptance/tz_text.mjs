// TZ-T1 to TZ-T5: one wish is one message, however impatient the finger.
//
// Each burst runs twice. Without idempotency keys: the guard must hold in the widget alone, not by the server's help; this
// burst waits until the widget has loaded. With them: this one begins as soon as the panel is drawn, while it still loads.
// The gateway answers after 1.5 s, so the whole burst falls into the send.
import { in_browsers } from './in_browsers.mjs';
import { click_send, hold_enter, press_enter, type_text } from '../rig/browsers/keys.mjs';
import { api_posts } from '../rig/request_log.mjs';
import { open_browser, open_gateway, open_shop, new_shopper, require_parts } from '../rig/stage.mjs';
import { text_browsers } from '../rig/browsers/text_browsers.mjs';
import { read_turns } from '../rig/store.mjs';
import { box_text, read_rows, sleep, until_answered, until_ready } from '../rig/widget.mjs';

const blocked_line = '[Chat] sendMessage blocked - already sending';
const answer_delay_ms = 1_500;

/** Each burst: what it does, and which events at least the page itself must have seen of it. */
const bursts = {
  'five Enters': { run: (page) => press_enter(page, 5), event: 'Enter', count_min: 5 },
  'five clicks': { run: (page) => click_send(page, 5), event: 'click on send', count_min: 5 },
  'Enter held for 2 s': { run: (page) => hold_enter(page, 2_000), event: 'Enter', count_min: 20 },
};

/** Counts the events that reach the page, so that a burst which the browser swallowed is not taken for a guard. */
const count_events = (page) =>
  page.evaluate(() => {
    window.__seen = { Enter: 0, 'click on send': 0 };
    window.addEventListener(
      'keydown',
      (event) => (window.__seen.Enter += event.key === 'Enter' ? 1 : 0),
      true,
    );
    const is_send = (target) => target instanceof Element && target.part.contains('send');
    window.addEventListener(
      'click',
      (event) => (window.__seen['click on send'] += event.composedPath().some(is_send) ? 1 : 0),
      true,
    );
  });

/** One shopper types hello, bursts, and everything is read: server log, rows, stored turns, console. */
async function observe(t, burst_name, idempotency) {
  await require_parts(t);
  const gateway = await open_gateway(t, { answerDelayMs: answer_delay_ms });
  const shop = await open_shop(t, { gateway, tag: { idempotency } });
  const browser = await open_browser(t);
  const page = await new_shopper(browser, shop);
  if (idempotency !== 'on') await until_ready(page);
  await type_text(page, 'hello');
  const burst = bursts[burst_name];
  await count_events(page);
  await burst.run(page);
  const events = await page.evaluate((name) => window.__seen[name], burst.event);
  t.assert.ok(events >= burst.count_min, `${burst_name}: the page saw ${events} × ${burst.event}`);
  await until_answered(page, 1);
  // A second message that was merely held back would go out now.
  await sleep(answer_delay_ms + 500);
  return {
    posts: api_posts(await gateway.requests()),
    rows: await read_rows(page),
    page_posts: page.requests.filter((request) => request.method === 'POST'),
    turns: await read_turns(gateway.data_dir),
    box: await box_text(page),
    blocked: page.console_lines.filter((line) => line.text.includes(blocked_line)),
    page_errors: page.page_errors,
  };
}

function assert_one_message(t, seen, where) {
  const own = seen.rows.filter((row) => row.author === 'self');
  const agent = seen.rows.filter((row) => row.author === 'agent');
  t.assert.equal(seen.posts.length, 1, `${where}: posts at the server`);
  t.assert.equal(own.length, 1, `${where}: own rows`);
  t.assert.deepEqual([own[0].text, own[0].state], ['hello', 'sent'], `${where}: own row`);
  t.assert.equal(agent.length, 1, `${where}: replies`);
  t.assert.ok(agent[0].text.length > 0, `${where}: the reply has words`);
  t.assert.equal(seen.box, '', `${where}: the box is empty`);
  t.assert.deepEqual(
    seen.turns.map((turn) => [turn.message, turn.state]),
    [['hello', 'answered']],
    `${where}: stored turns`,
  );
  t.assert.deepEqual(seen.page_errors, [], `${where}: errors of the page`);
}

function assert_blocked_line(t, seen, where) {
  t.assert.ok(seen.blocked.length >= 1, `${where}: the console never said "${blocked_line}"`);
  const times = seen.blocked.map((line) => line.time_ms);
  for (let i = 1; i < times.length; i += 1)
    // 200 ms: the times are those at which the lines reached this process.
    t.assert.ok(times[i] - times[i - 1] >= 800, `${where}: two lines within ${times[i] - times[i - 1]} ms`);
}

const every = Object.keys(text_browsers);

const one_message = (burst_name) => ({
  limit_s: 60,
  async run(t) {
    for (const idempotency of ['on', undefined]) {
      const where = `${burst_name}, idempotency ${idempotency ?? 'off'}`;
      assert_one_message(t, await observe(t, burst_name, idempotency), where);
    }
  },
});

export const rows = {
  'TZ-T1': in_browsers(one_message('five Enters'), every),
  'TZ-T2': in_browsers(one_message('five clicks')),
  'TZ-T3': in_browsers(one_message('Enter held for 2 s')),
  'TZ-T4': in_browsers({
    limit_s: 60,
    async run(t) {
      for (const burst_name of Object.keys(bursts))
        assert_blocked_line(t, await observe(t, burst_name, 'on'), burst_name);
    },
  }),
  'TZ-T5': in_browsers({
    limit_s: 60,
    async run(t) {
      for (const burst_name of Object.keys(bursts)) {
        const seen = await observe(t, burst_name, undefined);
        t.assert.equal(seen.posts.length, 1, `${burst_name}: posts in the server's request log`);
        t.assert.equal(seen.page_posts.length, 1, `${burst_name}: posts in the browser's`);
      }
    },
  }),
};
