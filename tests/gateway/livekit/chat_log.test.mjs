// Turns of calls that an agent tells of: stored once, whatever is told twice or killed, and by agents alone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { AccessToken } from 'livekit-server-sdk';
import { bodyOf, gatewayFor, gatewayProgram, post, shopOrigin, temporaryFolder } from '../helpers.mjs';
import { read_turns } from '../../rig/store.mjs';
import { askToken } from './ask_token.mjs';
import { key, secret as apiSecret, settingsAlone } from './server.mjs';

const agentKey = 'an-agents-key-of-tests';
const turn = (more) => ({
  ...{ session_id: 'chat-s1', user_message: 'Do you have PS5 games?', agent_message: 'Yes, forty of them.' },
  ...{ room_name: 'chat-s1', participant_identity: 'shopper-1' },
  ...more,
});

async function tell(gateway, body, { headers = { Authorization: `Bearer ${agentKey}` }, raw } = {}) {
  const response = await fetch(`${gateway.url}/api/livekit/chat-log`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: raw ?? JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const inFolder = async (t, options) => {
  const dataDir = temporaryFolder(t);
  return { dataDir, gateway: await gatewayFor(t, { agentKey, dataDir, ...options }) };
};

test('a turn is stored and answered as the older server did', async (t) => {
  const { dataDir, gateway } = await inFolder(t);
  const { status, body } = await tell(gateway, turn());
  assert.equal(status, 200);
  const { chat_log_id } = body.data;
  assert.deepEqual(body, {
    ...{ success: true, message: 'Turn stored' },
    data: { chat_log_id, session_id: 'chat-s1', turn_index: 1 },
  });
  const [stored] = await read_turns(dataDir);
  assert.deepEqual(
    [stored.id, stored.session_id, stored.message, stored.response, stored.state, stored.attempt],
    [chat_log_id, 's1', turn().user_message, turn().agent_message, 'answered', 0],
  );
});

test('what was typed and what was spoken is one session, and speaking does not use up what may be typed', async (t) => {
  const { dataDir, gateway } = await inFolder(t, { sessionTurnsPerHour: 2 });
  await (await post(gateway, bodyOf('hello', { sessionId: 's1' }))).text();
  for (let n = 0; n < 5; n += 1) await tell(gateway, turn({ turn_id: `t${n}` }));
  assert.equal((await tell(gateway, turn({ turn_id: 'last' }))).body.data.turn_index, 7);
  assert.deepEqual([...new Set((await read_turns(dataDir)).map(({ session_id }) => session_id))], ['s1']);
  assert.equal((await post(gateway, bodyOf('hello', { sessionId: 's1' }))).status, 200);
});

test('a turn of the same name is one; with other texts it is refused', async (t) => {
  const { dataDir, gateway } = await inFolder(t);
  const first = await tell(gateway, turn({ turn_id: 'item_1' }));
  await tell(gateway, turn({ turn_id: 'item_2', user_message: 'And this?' }));
  assert.deepEqual((await tell(gateway, turn({ turn_id: 'item_1' }))).body, first.body);
  const headers = { 'X-API-Key': agentKey, 'Idempotency-Key': 'item_1' };
  assert.deepEqual((await tell(gateway, turn(), { headers })).body, first.body);
  assert.equal((await tell(gateway, turn({ turn_id: 'item_1', user_message: 'x' }))).status, 422);
  assert.equal((await tell(gateway, turn({ session_id: 'chat-s2', turn_id: 'item_1' }))).status, 200);
  assert.equal((await read_turns(dataDir)).length, 3);
});

test('without names: told again at once it is the same, after another turn it is a new one', async (t) => {
  const { dataDir, gateway } = await inFolder(t);
  const yes = turn({ user_message: 'Yes', agent_message: 'All right.' });
  for (const one of [turn(), turn(), yes, yes, turn(), yes])
    assert.equal((await tell(gateway, one)).status, 200);
  assert.deepEqual(
    (await read_turns(dataDir)).map(({ message }) => message),
    [turn(), yes, turn(), yes].map(({ user_message }) => user_message),
  );
});

test('what is missing is named, and nothing of what came is told back', async (t) => {
  const { gateway } = await inFolder(t);
  const { status, body } = await tell(gateway, {
    session_id: 'chat-s1',
    user_message: 'a secret thing',
    agent_message: ' ',
  });
  assert.equal(status, 400);
  assert.deepEqual(body, {
    error: 'Missing required fields',
    required: ['session_id', 'user_message', 'agent_message'],
    received: { session_id: true, user_message: true, agent_message: false },
  });
  assert.equal((await tell(gateway, null, { raw: '{' })).body.error, 'Invalid JSON payload');
  for (const more of [{ session_id: 'a'.repeat(106) }, { user_message: 'a'.repeat(10_001) }, { turn_id: 5 }])
    assert.equal((await tell(gateway, turn(more))).body.details[0].field, Object.keys(more)[0]);
  assert.equal((await tell(gateway, turn({ room_name: 'a'.repeat(70_000) }))).status, 413);
});

test('a page can tell nothing: not with its key, nor with its token, nor with a forged one', async (t) => {
  const { dataDir, gateway } = await inFolder(t, { ...settingsAlone });
  const shopper = (await askToken(gateway, { roomName: 's1' })).body.token;
  const tokenOf = async (grant, secret = apiSecret, ttl = 60) => {
    const token = new AccessToken(key, secret, { identity: 'x', ttl });
    token.addGrant(grant);
    return token.toJwt();
  };
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${shopper.split('.')[1]}.`;
  const wrong = [
    ...['demo', shopper, unsigned, 'x', agentKey.toUpperCase(), agentKey.slice(1)],
    await tokenOf({ agent: true }, 'another-secret-of-nobody-that-is-long-enough'),
    await tokenOf({ agent: true }, apiSecret, -60),
    await tokenOf({ roomAdmin: true, room: 'chat-s1' }),
  ];
  for (const key of wrong)
    for (const headers of [{ Authorization: `Bearer ${key}` }, { 'X-API-Key': key, Origin: shopOrigin }])
      assert.equal((await tell(gateway, turn(), { headers })).status, 401, key);
  assert.equal((await tell(gateway, turn(), { headers: {} })).status, 401);
  assert.equal(
    (await tell(gateway, turn(), { headers: { Origin: shopOrigin } })).headers.get(
      'access-control-allow-origin',
    ),
    null,
  );
  assert.deepEqual(await read_turns(dataDir), []);
  const headers = { Authorization: `Bearer ${await tokenOf({ agent: true })}` };
  assert.equal((await tell(gateway, turn(), { headers })).status, 200);
});

test('who guesses is counted by his address, an agent is not', async (t) => {
  const { gateway } = await inFolder(t, { ipRequestsPerMinute: 3 });
  const statuses = [];
  for (let n = 0; n < 5; n += 1) statuses.push((await tell(gateway, turn(), { headers: {} })).status);
  assert.deepEqual(statuses, [401, 401, 401, 429, 429]);
  for (let n = 0; n < 60; n += 1) assert.equal((await tell(gateway, turn({ turn_id: `t${n}` }))).status, 200);
  assert.equal((await tell(gateway, turn({ turn_id: 't60' }))).status, 429, 'sixty a minute of one call');
});

test('where no agent can be known the route says what to set', async (t) => {
  const { status, body } = await tell(await gatewayFor(t), turn());
  assert.equal(status, 503);
  assert.match(body.error, /set AGENT_KEY/);
});

test('each turn is one row, also when the gateway is killed between telling and telling again', async (t) => {
  const dataDir = temporaryFolder(t);
  const settings = { DATA_DIR: dataDir, AGENT_KEY: agentKey };
  let gateway = await gatewayProgram(t, settings);
  const said = Array.from({ length: 8 }, (_, n) =>
    turn({ user_message: `question ${n}`, ...(n % 2 === 0 && { turn_id: `item_${n}` }) }),
  );
  for (const [n, one] of said.entries()) {
    const lost = tell(gateway, one).catch(() => null);
    // Before it is read, while it is stored, and after it was answered.
    await new Promise((resolve) => setTimeout(resolve, [0, 1, 2, 3, 5, 8, 20, 60][n]));
    gateway.child.kill('SIGKILL');
    await gateway.exited;
    await lost;
    gateway = await gatewayProgram(t, settings);
    assert.equal((await tell(gateway, one)).status, 200);
    assert.equal((await tell(gateway, one)).status, 200);
  }
  assert.deepEqual(
    (await read_turns(dataDir)).map(({ message }) => message),
    said.map(({ user_message }) => user_message),
  );
  assert.ok(!spawnSync('grep', ['-rl', agentKey, dataDir]).stdout.length);
});
