// TZ-S1: every turn and every lead is stored exactly once, also when the gateway dies in mid-turn.
//
// The gateway is killed with SIGKILL at moments spread over a turn's life: before the request can be there, while the
// answer is waited for, in mid-stream, and after it. The widget sends again under the same key when it is back. An agent that holds a call elsewhere
// tells its turns and leads again when it was not answered.
import { post_to_gateway } from '../rig/post.mjs';
import { api_posts, keys_of } from '../rig/request_log.mjs';
import { set_stage } from '../rig/stage.mjs';
import { read_leads, read_turns } from '../rig/store.mjs';
import { open_widget, read_rows, row_action, say, sleep, until } from '../rig/widget.mjs';

const answer_delay_ms = 500;
const kill_after_ms = [0, 5, 20, 60, 150, 300, 480, 520, 600, 800];
const lead_text =
  'My e-mail is pat.shopper@example.com, please contact me about a trade-in of my PlayStation 5';

const answered = async (page, text) => {
  const rows = await read_rows(page);
  const at = rows.findIndex((row) => row.author === 'self' && row.text === text);
  return (
    at >= 0 && rows[at].state === 'sent' && rows[at + 1]?.author === 'agent' && rows[at + 1].state === 'done'
  );
};

/** A shopper who is asked whether to send again says yes: the key must still keep the message single. */
async function press_retry_when_asked(page, text) {
  const row = (await read_rows(page)).find((one) => one.text === text);
  if (row?.state === 'unconfirmed' && row.actions.includes('retry')) await row_action(page, row.id, 'retry');
}

const until_answered_text = (page, text, timeout_ms = 40_000) =>
  until(
    `a reply to "${text}"`,
    async () => {
      if (await answered(page, text)) return true;
      await press_retry_when_asked(page, text);
      return false;
    },
    { timeout_ms, interval_ms: 200, seen: () => read_rows(page) },
  );

const agent_key = 'an-agents-key-of-tests';
const call_room = 'chat-of-a-call';
const told_by_agent = [
  ...['one', 'two', 'three'].map((n) => [
    '/api/livekit/chat-log',
    { session_id: call_room, user_message: `spoken ${n}`, agent_message: 'Yes.', turn_id: `item_${n}` },
  ]),
  ['/api/tradein/start', { session_id: call_room, initialMessage: 'spoken trade-in' }],
  ['/api/tradein/update', { session_id: call_room, brand: 'Nimbo', contact_email: 'caller@example.com' }],
  ['/api/tradein/submit', { session_id: call_room, summary: 'Play 4' }],
  [
    '/api/tools/email',
    { emailType: 'contact', name: 'Pat', email: 'caller@example.com', message: 'Call me' },
  ],
];
const told_kill_after_ms = [0, 1, 2, 4, 8, 15, 40];

/** Each is told, the gateway killed at some moment of that, and told again until it is answered. */
async function tell_and_kill(t, gateway) {
  const tell = (path, body) => post_to_gateway(gateway, path, body, { Authorization: `Bearer ${agent_key}` });
  for (const [i, [path, body]] of told_by_agent.entries()) {
    const lost = tell(path, body).catch(() => undefined);
    await sleep(told_kill_after_ms[i]);
    await gateway.kill();
    await lost;
    await gateway.restart();
    for (const again of [1, 2]) t.assert.equal(await tell(path, body), 200, `${path}, told again ${again}`);
    t.log(`ok: ${path} killed after ${told_kill_after_ms[i]} ms`);
  }
  const spoken = (await read_turns(gateway.data_dir)).filter(({ message }) => message.startsWith('spoken '));
  assert_once(
    t,
    spoken.map(({ message }) => message),
    ['spoken one', 'spoken two', 'spoken three', 'spoken trade-in'],
    'every turn and lead of a call is stored once, in order',
  );
  const leads = (await read_leads(gateway.data_dir)).filter(({ email }) => email === 'caller@example.com');
  assert_once(
    t,
    leads.map(({ kind }) => kind),
    ['trade_in', 'contact'],
    'every lead of a call is one',
  );
}

async function say_and_kill(page, gateway, text, after_ms) {
  await say(page, text);
  await sleep(after_ms);
  await gateway.kill();
  await sleep(200);
  await gateway.restart();
  await until_answered_text(page, text);
}

function assert_once(t, items, wanted, what) {
  t.assert.deepEqual(items, wanted, what);
}

export const rows = {
  'TZ-S1': {
    limit_s: 300,
    async run(t) {
      const { gateway, new_shopper } = await set_stage(t, {
        gateway: { answerDelayMs: answer_delay_ms, streamPaceMs: 20, agentKey: agent_key },
        tag: { idempotency: 'on' },
      });
      const page = await new_shopper();
      const said = [];

      // Without any fault first: the plain case, and more than one message waiting.
      for (const text of ['plain one', 'plain two', 'plain three']) {
        await say(page, text);
        said.push(text);
      }
      for (const text of said) await until_answered_text(page, text, 15_000);
      const posts = api_posts(await gateway.requests());
      t.assert.equal(posts.length, 3, 'one post for each');
      t.assert.equal(new Set(keys_of(posts)).size, 3, 'one key for each');

      for (const [i, after_ms] of kill_after_ms.entries()) {
        // A page may send 20 times a minute; a load begins a new count, and the conversation must be there again.
        if (i % 3 === 0) await page.reload().then(() => open_widget(page));
        const text = `lamp ${i} killed after ${after_ms} ms`;
        await say_and_kill(page, gateway, text, after_ms);
        said.push(text);
        t.log(`ok: ${text}`);
      }
      for (const [i, after_ms] of [200, 700].entries()) {
        const text = `${lead_text} (${i})`;
        await say_and_kill(page, gateway, text, after_ms);
        said.push(text);
      }

      const turns = await read_turns(gateway.data_dir);
      assert_once(
        t,
        turns.map((turn) => turn.message),
        said,
        'every message is stored once, in order',
      );
      assert_once(
        t,
        turns.map((turn) => turn.state),
        said.map(() => 'answered'),
        'every turn is answered',
      );
      t.assert.ok(
        turns.every((turn) => turn.response.length > 0),
        'every answer is stored',
      );
      t.assert.equal(new Set(turns.map((turn) => turn.key)).size, said.length, 'under a key of its own');
      t.assert.equal(new Set(turns.map((turn) => turn.session_id)).size, 1, 'in one session');

      const lead_turns = turns.filter((turn) => turn.message.startsWith(lead_text)).map((turn) => turn.id);
      const leads = await read_leads(gateway.data_dir);
      assert_once(
        t,
        leads.map((lead) => lead.turn_id),
        lead_turns,
        'every lead is stored once',
      );
      t.assert.ok(
        leads.every((lead) => lead.email === 'pat.shopper@example.com'),
        'with its address',
      );

      const rows_shown = await read_rows(page);
      const own = rows_shown.filter((row) => row.author === 'self').map((row) => row.text);
      assert_once(t, own, said, 'every message is shown once, in order');
      const replies = rows_shown.filter((row) => row.author === 'agent');
      t.assert.equal(replies.length, said.length, 'with one reply each');
      for (const [i, turn] of turns.entries())
        t.assert.ok(replies[i].text.length > 0 && turn.response.length > 0, `reply ${i} has words`);

      await tell_and_kill(t, gateway);
    },
  },
};
