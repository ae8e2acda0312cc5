// What a real AG-UI agent sends for each script, event by event and field by field: the wire as it is, before anything of ours reads it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { after_approve, cases, resume } from '../rig/agui/cases.mjs';
import { events_in, post_run, run_input, user, without_chance } from '../rig/agui/client.mjs';
import { agui_missing, start_agui_server } from '../rig/agui/server.mjs';
import { until } from '../rig/widget.mjs';

const server_module = new URL('../rig/agui/server.mjs', import.meta.url);
const recordings = new URL('../rig/agui/recordings/', import.meta.url);

const ids = { threadId: 'thread-1', runId: 'run-1' };
const run_started = { type: 'RUN_STARTED', ...ids, protocolVersion: '1.0' };
const run_finished = (outcome = { type: 'success' }) => ({ type: 'RUN_FINISHED', ...ids, outcome });
const run_error = (message) => ({ type: 'RUN_ERROR', message });
/** A message of the agent; without a delta it is the empty one to which calls belong. */
const said = (messageId, ...deltas) => [
  { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' },
  ...deltas.map((delta) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta })),
  { type: 'TEXT_MESSAGE_END', messageId },
];
const called = (toolCallId, toolCallName, parentMessageId, ...deltas) => [
  { type: 'TOOL_CALL_START', toolCallId, toolCallName, parentMessageId },
  ...deltas.map((delta) => ({ type: 'TOOL_CALL_ARGS', toolCallId, delta })),
  { type: 'TOOL_CALL_END', toolCallId },
];
const returned = (messageId, toolCallId, content) => [
  { type: 'TOOL_CALL_RESULT', messageId, toolCallId, content, role: 'tool' },
];
/** Behind the result of a call that the shopper did not allow: a note of the library to itself. */
const not_allowed = (messageId, toolCallId, content) => [
  ...returned(messageId, toolCallId, content),
  {
    ...{ type: 'REASONING_ENCRYPTED_VALUE', subtype: 'message', entityId: messageId },
    encryptedValue: '{"pydantic_ai": {"outcome": "denied"}}',
  },
];
const page_call = (i) => called(`call-page${i}-1`, 'show_product', 'drawn-1', '{"sku": ', `"LAMP-${i}"}`);
const cancel_call = (i) =>
  called(`call-cancel${i}-1`, 'cancel_order', 'drawn-1', '{"order', `": ${1041 + i}}`);
const pending = (...pendingToolCallIds) => run_finished({ type: 'success', pendingToolCallIds });
const interrupt = (i) => ({
  ...{ id: `int-call-cancel${i}-1`, reason: 'tool_call', toolCallId: `call-cancel${i}-1` },
  message: `Approve cancel_order({"order":${1041 + i}})?`,
  responseSchema: {
    properties: { approved: { type: 'boolean' }, editedArgs: { type: 'object' }, reason: { type: 'string' } },
    ...{ required: ['approved'], type: 'object' },
  },
});
const interrupted = (...interrupts) => run_finished({ type: 'interrupt', interrupts });
const whole_run = (...events) => [run_started, ...events.flat(), run_finished()];
const reasoned = (messageId, ...deltas) => [
  { type: 'REASONING_START', messageId },
  { type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' },
  ...deltas.map((delta) => ({ type: 'REASONING_MESSAGE_CONTENT', messageId, delta })),
  { type: 'REASONING_MESSAGE_END', messageId },
  { type: 'REASONING_END', messageId },
];
const products = [{ name: 'Desk lamp', price: '$39.50', url: '/lamps/1' }];

/** The events of each case, without their time; ids that the library draws are told by their order. */
const expected = {
  text: whole_run(said('drawn-1', 'Our ', 'desk lamp ', 'costs **$39.50**', ' and ', 'is in stock.')),
  letters: whole_run(said('drawn-1', ...'Grüße: 你好 👩‍👩‍👧 e\u0301 "\\\u2028</script>')),
  tool: whole_run(
    said('drawn-1', 'I look.'),
    called('call-stock-1', 'stock_of', 'drawn-1', '{"sku": ', '"LAMP-1"}'),
    returned('drawn-2', 'call-stock-1', '7'),
    said('drawn-3', 'There are ', '7 of them.'),
  ),
  client: [run_started, ...said('drawn-1'), ...page_call(1), pending('call-page1-1')],
  client_two: [
    ...[run_started, ...said('drawn-1'), ...page_call(1), ...page_call(2)],
    pending('call-page1-1', 'call-page2-1'),
  ],
  client_answered: whole_run(said('drawn-1', 'The page says: ', 'shown')),
  client_two_answered: whole_run(said('drawn-1', 'The page says: ', 'shown; refused')),
  approve: [
    run_started,
    ...said('drawn-1', 'I can cancel it.'),
    ...cancel_call(1),
    interrupted(interrupt(1)),
  ],
  approve_two: [
    ...[run_started, ...said('drawn-1', 'I can cancel it.'), ...cancel_call(1), ...cancel_call(2)],
    interrupted(interrupt(1), interrupt(2)),
  ],
  approved: whole_run(
    returned('drawn-1', 'call-cancel1-1', 'order 1042 is cancelled'),
    said('drawn-2', 'So it is: order 1042 is cancelled'),
  ),
  denied: whole_run(
    not_allowed('drawn-1', 'call-cancel1-1', 'not today'),
    said('drawn-2', 'So it is: not today'),
  ),
  cancelled: whole_run(
    not_allowed('drawn-1', 'call-cancel1-1', 'Cancelled by user.'),
    said('drawn-2', 'So it is: Cancelled by user.'),
  ),
  // What was not allowed has its result at once, so it stands before what had to be done first.
  approved_one_of_two: whole_run(
    not_allowed('drawn-1', 'call-cancel2-1', 'Cancelled by user.'),
    returned('drawn-2', 'call-cancel1-1', 'order 1042 is cancelled'),
    said('drawn-3', 'So it is: order 1042 is cancelled; Cancelled by user.'),
  ),
  reason: whole_run(reasoned('drawn-1', 'They ask for ', 'a lamp.'), said('drawn-2', 'A lamp, ', 'then.')),
  state: whole_run(
    said('drawn-1'),
    called('call-cart-1', 'add_to_cart', 'drawn-1', '{"sku": ', '"LAMP-1"}'),
    returned('drawn-2', 'call-cart-1', 'added'),
    { type: 'STATE_SNAPSHOT', snapshot: { cart: ['LAMP-0'] } },
    { type: 'STATE_DELTA', delta: [{ op: 'add', path: '/cart/-', value: 'LAMP-1' }] },
    said('drawn-3', 'It is in your cart.'),
  ),
  custom: whole_run(
    said('drawn-1'),
    called('call-find-1', 'find_products', 'drawn-1', '{"query"', ': "lamp"}'),
    returned('drawn-2', 'call-find-1', 'one found'),
    { type: 'CUSTOM', name: 'products', value: products },
    said('drawn-3', 'This one.'),
  ),
  // The open message is closed first, and no RUN_FINISHED follows.
  fail: [run_started, ...said('drawn-1', 'The price is ', '$1'), run_error('The model has gone away.')],
  fail_first: [run_started, run_error('The model has gone away.')],
  slow: whole_run(
    said('drawn-1', ...[1, 2, 3].map((i) => `Lamp ${i} costs $${100 + i}.50. `), 'That was all 3.'),
  ),
  recall: whole_run(said('drawn-1', 'Before this you said 1 things', '; text')),
};

describe('an AG-UI agent', { skip: agui_missing() ?? false, timeout: 120_000 }, () => {
  let server;
  before(async () => {
    server = await start_agui_server();
  });
  after(() => server.close());

  const run = async (input) => {
    const response = await post_run(server.url, input);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    return events_in(await response.text());
  };
  const ends_with = async (input, end) => assert.deepEqual(without_chance(await run(input)).at(-1), end);

  for (const [name, input] of Object.entries(cases))
    test(`${name}: the events, and the recording has the same`, async () => {
      const live = await run(input);
      assert.deepEqual(without_chance(live), expected[name]);
      const recorded = events_in(readFileSync(new URL(`${name}.sse`, recordings), 'utf8'));
      assert.deepEqual(without_chance(recorded), expected[name]);
      for (const { type, timestamp } of live) {
        // The one event that the library closes on its way to an error has no time.
        const timeless = name === 'fail' && type === 'TEXT_MESSAGE_END';
        if (!timeless) assert.ok(Number.isSafeInteger(timestamp), `${type} at ${timestamp}`);
      }
    });

  test('each case has its recording, and none is left of a case that is gone', () => {
    const names = readdirSync(recordings).filter((name) => name.endsWith('.sse'));
    assert.deepEqual(
      names.sort(),
      Object.keys(cases)
        .map((name) => `${name}.sse`)
        .sort(),
    );
    assert.deepEqual(Object.keys(expected), Object.keys(cases));
  });

  test('calls that wait for the page are named only to who declares version 1.0 or newer', async () => {
    const client = (protocolVersion) => run_input([user('client')], { protocolVersion });
    await ends_with(client(undefined), run_finished());
    await ends_with(client('0.9'), run_finished());
    await ends_with(client('1.1'), pending('call-page1-1'));
  });

  test('tools, context, state and forwardedProps may be missing', async () => {
    const events = await run({ ...ids, messages: [user('client')] });
    assert.deepEqual(without_chance(events), whole_run(said('drawn-1', 'The page offers no tool.')));
  });

  test('a call that the page leaves unanswered is no error: the model is told, or asks again', async () => {
    const [first, calls] = cases.client_two_answered.messages;
    const half = [first, calls, cases.client_two_answered.messages[2]];
    const told = said(
      'drawn-1',
      'The page says: ',
      'shown; The tool call was interrupted before a result was produced.',
    );
    assert.deepEqual(without_chance(await run(run_input(half))), whole_run(told));
    const next = await run(run_input([first, calls, user('text', 'user-2')]));
    assert.deepEqual(without_chance(next), expected.text);
    assert.deepEqual(without_chance(await run(after_approve())), expected.approve);
  });

  test('an approval takes arguments of its own, and an answer against its schema is an error of the run', async () => {
    const edited = resume(1, 'resolved', { approved: true, editedArgs: { order: 7 } });
    const events = without_chance(await run(after_approve(edited)));
    assert.equal(events[1].content, 'order 7 is cancelled');
    for (const payload of [undefined, { approved: 'yes' }, { ok: true }]) {
      const refused = without_chance(await run(after_approve(resume(1, 'resolved', payload))));
      assert.deepEqual(
        refused.map(({ type }) => type),
        ['RUN_STARTED', 'RUN_ERROR'],
      );
      assert.match(refused[1].message, /does not match the `responseSchema`/);
    }
    const stranger = { interruptId: 'other', status: 'cancelled' };
    assert.match(
      (await run(after_approve(stranger))).at(-1).message,
      /does not start with the expected 'int-'/,
    );
  });

  test('what is no run is refused before any event', async () => {
    const refusal = async (input, options) => {
      const response = await post_run(server.url, input, options);
      return { status: response.status, body: await response.text() };
    };
    const text_plain = { headers: { 'content-type': 'text/plain' } };
    assert.equal((await refusal(cases.text, text_plain)).status, 415);
    assert.equal((await refusal('{')).status, 422);
    const no_thread = await refusal({ runId: 'run-1', messages: [] });
    assert.equal(no_thread.status, 422);
    assert.deepEqual(JSON.parse(no_thread.body)[0].loc, ['threadId']);
    assert.equal((await fetch(server.url)).status, 405);
  });

  test('a page of another origin may post', async () => {
    const headers = { origin: 'http://shop.example', 'access-control-request-method': 'POST' };
    const asked = { ...headers, 'access-control-request-headers': 'content-type,authorization' };
    const preflight = await fetch(server.url, { method: 'OPTIONS', headers: asked });
    assert.equal(preflight.status, 200);
    assert.match(preflight.headers.get('access-control-allow-headers'), /authorization/);
    const response = await post_run(server.url, cases.text, { headers: { origin: 'http://shop.example' } });
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    await response.text();
  });

  test('who lacks the header that it asks for is 401, and may read it', async (t) => {
    const strict = await start_agui_server({ required_header: 'x-api-key' });
    t.after(strict.close);
    const refused = await post_run(strict.url, cases.text, { headers: { origin: 'http://shop.example' } });
    assert.equal(refused.status, 401);
    assert.equal(refused.headers.get('access-control-allow-origin'), '*');
    assert.deepEqual(await refused.json(), { error: 'who are you?' });
    const let_in = await post_run(strict.url, cases.text, { headers: { 'x-api-key': 'demo' } });
    assert.equal(let_in.status, 200);
    await let_in.text();
    const [first, second] = await strict.requests();
    assert.equal(first.headers['x-api-key'], undefined);
    assert.equal(second.headers['x-api-key'], 'demo');
    assert.deepEqual(JSON.parse(second.body), JSON.parse(JSON.stringify(cases.text)));
  });

  /** Reads until the answer has begun. */
  const begun = async (url, options) => {
    const response = await post_run(url, run_input([user('slow')]), options);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('Lamp 2')) text += (await reader.read()).value;
    return { reader, text };
  };

  test('a page that goes in mid-answer disturbs nobody', async () => {
    const leaving = new AbortController();
    const { reader } = await begun(server.url, { signal: leaving.signal });
    leaving.abort();
    await assert.rejects(reader.read(), { name: 'AbortError' });
    assert.deepEqual(without_chance(await run(cases.text)), expected.text);
    assert.doesNotMatch(server.output(), /Traceback/);
  });

  test('a killed agent cuts its answers, and comes back on its port', async (t) => {
    const mortal = await start_agui_server();
    t.after(mortal.close);
    const { reader, text } = await begun(mortal.url);
    await mortal.kill();
    const rest = (async () => {
      for (let all = text; ;) {
        const { done, value } = await reader.read();
        if (done) return all;
        all += value;
      }
    })();
    await assert.rejects(rest, { name: 'TypeError' });
    assert.doesNotMatch(text, /RUN_FINISHED|RUN_ERROR/);
    await mortal.restart();
    const response = await post_run(mortal.url, cases.text);
    assert.deepEqual(without_chance(events_in(await response.text())), expected.text);
  });

  const lives = (pid) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  test('it ends with its test, in mid-answer too, and by itself when the test is killed', async () => {
    const closed = await start_agui_server();
    const { reader } = await begun(closed.url);
    await closed.close();
    await reader.cancel().catch(() => {});
    assert.ok(!lives(closed.pid()));

    const script = `import(${JSON.stringify(server_module.href)})
      .then(({ start_agui_server }) => start_agui_server())
      .then((server) => console.log(server.pid()));`;
    const owner = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number(await new Promise((resolve) => owner.stdout.once('data', resolve)));
    assert.ok(lives(pid));
    owner.kill('SIGKILL');
    await until('its end', () => !lives(pid), { timeout_ms: 10_000 });
  });

  test('one that cannot start says why', async () => {
    await assert.rejects(start_agui_server({ port: server.port }), /not started, it ended .*\n[^]*in use/);
  });
});

test('where its packages are missing, tests are told the reason', () => {
  const script = `import(${JSON.stringify(server_module.href)}).then((m) => console.log(m.agui_missing()));`;
  const env = { ...process.env, SHOPBELL_CACHE: join(tmpdir(), 'shopbell-nowhere') };
  const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', env });
  assert.equal(stdout, "the AG-UI agent's Python packages are missing: tools/setup installs them\n");
});
