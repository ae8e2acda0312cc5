// Agents that hold a call elsewhere and leave the thinking to the gateway: what they ask is answered once, with the memory of the chat; what was not
// heard is not remembered; what hearing and speaking cost is bounded; and nobody else may.
import assert from 'node:assert/strict';
import test from 'node:test';
import { read_turns } from '../../rig/store.mjs';
import { bodyOf, eventsOf, gatewayFor, post, temporaryFolder, textOf } from '../helpers.mjs';
import { agentKey, asAgent, asPage, postTo } from './agent_calls.mjs';

const started = async (t, options) => {
  const dataDir = temporaryFolder(t);
  return { dataDir, gateway: await gatewayFor(t, { agentKey, dataDir, ...options }) };
};

const ask = (gateway, message, turn_id, headers = {}) =>
  fetch(`${gateway.url}/api/livekit/answer`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...asAgent, ...headers },
    body: JSON.stringify({ session_id: 'chat-s1', message, turn_id }),
  });

test('what is asked in a call is answered with what was said before, spoken or typed', async (t) => {
  const { gateway } = await started(t);
  await (await post(gateway, bodyOf('Do you have PS5 games?', { sessionId: 's1' }))).text();
  const [first] = (await eventsOf(await ask(gateway, 'How much is it?', 't1'))).slice(-1);
  assert.equal(first.event, 'done');
  assert.match(first.data.response, /Starfall Rangers.* costs S\$79/);
  const second = await eventsOf(await ask(gateway, 'Do you have a kettle?', 't2'));
  assert.equal(textOf(second), second.at(-1).data.response);
});

test('the same turn is answered once, whoever asks for it again and wherever its stream broke', async (t) => {
  const { dataDir, gateway } = await started(t, { answerDelayMs: 100 });
  const [whole, again] = await Promise.all(
    [1, 2].map(async () => eventsOf(await ask(gateway, 'Do you have PS5 games?', 't1'))),
  );
  assert.deepEqual(again, whole);
  const rest = await eventsOf(
    await ask(gateway, 'Do you have PS5 games?', 't1', { 'Last-Event-ID': '1-10' }),
  );
  assert.deepEqual(rest, whole.slice(10));
  assert.equal((await read_turns(dataDir)).length, 1);
  assert.equal((await ask(gateway, 'something else', 't1')).status, 422);
});

test('of an answer that was interrupted, what was heard is kept, and its rest is not made', async (t) => {
  const { dataDir, gateway } = await started(t, { streamPaceMs: 200 });
  const asked = await ask(gateway, 'Do you have PS5 games?', 't1');
  const reader = asked.body.getReader();
  await reader.read();
  const turn = { session_id: 'chat-s1', turn_id: 't1', text: 'I don’t know…' };
  assert.equal((await postTo(gateway, '/api/livekit/heard', turn)).status, 200);
  assert.equal((await read_turns(dataDir))[0].response, turn.text);
  while (!(await reader.read()).done);
  assert.equal((await read_turns(dataDir))[0].response, turn.text);
  const unknown = await postTo(gateway, '/api/livekit/heard', { ...turn, turn_id: 't2' });
  assert.equal(unknown.status, 404);
});

test('what hearing and speaking cost is let through as far as the day goes', async (t) => {
  const { gateway } = await started(t, { dailySpeechSecondsMax: 30, addressDayPercent: 100 });
  const spend = async (amounts) =>
    (await postTo(gateway, '/api/livekit/spent', { session_id: 's1', amounts })).body;
  assert.deepEqual(await spend({ voice_turns: 1, recognition_s: 2.5, speech_s: 20 }), { allowed: true });
  const over = await spend({ speech_s: 20 });
  assert.deepEqual([over.allowed, over.what], [false, 'speech_s']);
  assert.ok(over.retry_after_s > 0);
  for (const amounts of [{ model: 1 }, { speech_s: '1' }, { speech_s: 1e9 }])
    assert.equal((await postTo(gateway, '/api/livekit/spent', { session_id: 's1', amounts })).status, 400);
});

test('pages, forgers and nobody are refused', async (t) => {
  const { gateway } = await started(t);
  const body = { session_id: 's1', turn_id: 't1', message: 'hello', text: 'hello', amounts: {} };
  for (const name of ['answer', 'heard', 'spent'])
    for (const headers of [asPage, {}, { Authorization: `Bearer ${agentKey}x` }])
      assert.equal((await postTo(gateway, `/api/livekit/${name}`, body, { headers })).status, 401);
});

test('what is missing or too long is named', async (t) => {
  const { gateway } = await started(t);
  const body = { session_id: 's1', turn_id: 't1', message: 'hello', text: 'hello' };
  const field = async (name, more) => {
    const { status, body: answer } = await postTo(gateway, `/api/livekit/${name}`, { ...body, ...more });
    assert.equal(status, 400);
    return answer.details[0].field;
  };
  assert.equal(await field('answer', { session_id: ' ' }), 'session_id');
  assert.equal(await field('answer', { turn_id: 'a b' }), 'turn_id');
  assert.equal(await field('answer', { message: '' }), 'message');
  assert.equal(await field('heard', { text: 5 }), 'text');
});
