// Who is let into which room: the holder of its secret, and nobody who only knows its name. Against the gateway; LiveKit's server need not run.
import assert from 'node:assert/strict';
import test from 'node:test';
import { apiPath, bodyOf, gatewayFor, post, shopOrigin, temporaryFolder } from '../helpers.mjs';
import { Rooms } from '../../../tools/gateway/livekit/rooms.mjs';
import { Store } from '../../../tools/gateway/store/store.mjs';
import { join, newId } from '../socket_client.mjs';
import { askToken } from './ask_token.mjs';
import { settingsAlone } from './server.mjs';

const withLivekit = (t, options) =>
  gatewayFor(t, { ...settingsAlone, callsPerAddress: 0, callsPerAddressPerHour: 0, ...options });

test('what a page is given: its room, its identity, the microphone and data, for three minutes, in every spelling', async (t) => {
  const gateway = await withLivekit(t);
  const { status, headers, body, claims, secret } = await askToken(gateway, {
    roomName: 'client_1_abc_2',
    participantName: 'client_1_abc',
  });
  assert.equal(status, 200);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.match(headers.get('access-control-expose-headers'), /\bX-Session-Secret\b/);
  assert.match(secret, /^[\w-]{22}$/);
  const { token, url } = body;
  assert.deepEqual(body, {
    ...{ token, participantToken: token, participant_token: token },
    ...{ url, serverUrl: url, server_url: url },
    ...{ room: 'chat-client_1_abc_2', identity: claims.sub },
  });
  assert.equal(url, 'ws://127.0.0.1:1');
  assert.match(claims.sub, /^shopper-[0-9a-f]{12}$/);
  assert.equal(claims.name, 'client_1_abc');
  assert.equal(claims.exp - claims.nbf, 180);
  assert.deepEqual(claims.video, {
    ...{ room: 'chat-client_1_abc_2', roomJoin: true },
    ...{ canSubscribe: true, canPublishData: true, canPublish: true, canPublishSources: ['microphone'] },
  });
  assert.deepEqual(
    claims.roomConfig.agents.map(({ agentName }) => agentName),
    ['amara'],
  );
});

test('the secret brings the same room and identity, under both names of the room; the standard form is read too', async (t) => {
  const gateway = await withLivekit(t);
  const first = await askToken(gateway, { roomName: 's1' });
  for (const body of [
    { roomName: 's1' },
    { roomName: 'chat-s1' },
    { room_name: 'chat-s1', participant_identity: 'agent-of-mine', participant_name: 'me' },
    {},
  ]) {
    const again = await askToken(gateway, body, { secret: first.secret });
    assert.equal(again.status, 200);
    assert.equal(again.secret, null);
    assert.deepEqual([again.body.room, again.body.identity], [first.body.room, first.body.identity]);
  }
});

test('a known session without its secret gets another room, another identity and a secret of that one alone', async (t) => {
  const gateway = await withLivekit(t);
  const own = await askToken(gateway, { roomName: 's1' });
  const other = await askToken(gateway, { roomName: 's2' });
  const wrong = [undefined, 'x', 'A'.repeat(22), other.secret, own.secret.toLowerCase(), `${own.secret}A`];
  const rooms = new Set([own.body.room, other.body.room]);
  for (const secret of wrong)
    for (const roomName of ['s1', 'chat-s1']) {
      const thief = await askToken(gateway, { roomName }, { secret });
      assert.equal(thief.status, 200);
      assert.ok(!rooms.has(thief.body.room), `a room of its own, not ${thief.body.room}`);
      assert.notEqual(thief.body.identity, own.body.identity);
      assert.ok(thief.secret && ![own.secret, other.secret].includes(thief.secret));
      assert.equal(thief.claims.video.room, thief.body.room);
      rooms.add(thief.body.room);
      // What it was given is good for what it was given, under the session's name as well.
      const again = await askToken(gateway, { roomName }, { secret: thief.secret });
      assert.deepEqual([again.body.room, again.secret], [thief.body.room, null]);
    }
  // A room that the gateway made up is somebody's as well.
  const [made] = [...rooms].slice(2);
  const thief = await askToken(gateway, { roomName: made });
  assert.ok(!rooms.has(thief.body.room));
  assert.equal((await askToken(gateway, { roomName: 's1' }, { secret: own.secret })).body.room, 'chat-s1');
});

test('of fifteen pages that name one session at once, one has its room', async (t) => {
  const gateway = await withLivekit(t, { callsMax: 0 });
  const all = await Promise.all(Array.from({ length: 15 }, () => askToken(gateway, { roomName: 'race' })));
  assert.ok(all.every(({ status }) => status === 200));
  assert.equal(new Set(all.map(({ body }) => body.room)).size, all.length);
  assert.equal(all.filter(({ body }) => body.room === 'chat-race').length, 1);
});

test('the first answer of the chat brings the secret, as JSON and as a stream, and no later one', async (t) => {
  const gateway = await withLivekit(t);
  for (const [sessionId, headers] of [
    ['json', {}],
    ['stream', { Accept: 'text/event-stream' }],
  ]) {
    const first = await post(gateway, bodyOf('hello', { sessionId }), { headers });
    assert.match(first.headers.get('access-control-expose-headers'), /\bX-Session-Secret\b/);
    const secret = first.headers.get('x-session-secret');
    assert.match(secret, /^[\w-]{22}$/);
    await first.text();
    const second = await post(gateway, bodyOf('hello again', { sessionId }), { headers });
    assert.equal(second.headers.get('x-session-secret'), null);
    await second.text();
    const own = await askToken(gateway, { roomName: sessionId }, { secret });
    assert.deepEqual([own.body.room, own.secret], [`chat-${sessionId}`, null]);
    const thief = await askToken(gateway, { roomName: sessionId });
    assert.notEqual(thief.body.room, `chat-${sessionId}`);
  }
});

test('a first answer that was lost is given again with a secret, to whoever has its key', async (t) => {
  const gateway = await withLivekit(t);
  const say = (key, message = 'hello') =>
    post(gateway, bodyOf(message, { sessionId: 's1' }), { headers: { 'Idempotency-Key': key } });
  const secretOf = async (response) => {
    await response.text();
    return response.headers.get('x-session-secret');
  };
  const lost = await secretOf(await say('first'));
  const again = await secretOf(await say('first'));
  assert.ok(lost && again && lost !== again);
  for (const secret of [lost, again])
    assert.equal((await askToken(gateway, { roomName: 's1' }, { secret })).body.room, 'chat-s1');
  assert.equal(await secretOf(await say('second')), null);
  assert.equal(await secretOf(await say('first', 'another text')), null);
  for (let n = 0; n < 20; n += 1) await secretOf(await say('first'));
  assert.equal(await secretOf(await say('first')), null, 'not without end');
});

test('who was in a room before its session has said anything is not joined by it', async (t) => {
  const gateway = await withLivekit(t);
  const thief = await askToken(gateway, { roomName: 's1' });
  const message = bodyOf('hello', { sessionId: 's1' });
  for (const _ of [1, 2]) {
    const said = await post(gateway, message, { headers: { 'Idempotency-Key': 'first' } });
    await said.text();
    assert.equal(said.headers.get('x-session-secret'), null);
  }
  assert.notEqual((await askToken(gateway, { roomName: 's1' })).body.room, thief.body.room);
});

test('a page of `shopbell` comes with the secret that its session has', async (t) => {
  const gateway = await withLivekit(t);
  const page = await join(t, gateway);
  const { session, secret } = page.welcome;
  const id = newId();
  page.send({ t: 'say', id, text: 'hello' });
  await page.done(id);
  const own = await askToken(gateway, { roomName: session }, { secret });
  assert.deepEqual([own.body.room, own.secret], [`chat-${session}`, null]);
  const again = await askToken(gateway, { roomName: session }, { secret });
  assert.equal(again.body.identity, own.body.identity);
  const thief = await askToken(gateway, { roomName: session }, { secret: 'f'.repeat(32) });
  assert.notEqual(thief.body.room, own.body.room);
});

test('a session that is not stored yet is the one whose page comes first with a secret of its own', async (t) => {
  const gateway = await withLivekit(t);
  const secret = 'e'.repeat(32);
  const own = await askToken(gateway, { roomName: 'new' }, { secret });
  assert.deepEqual([own.body.room, own.secret], ['chat-new', null]);
  assert.notEqual((await askToken(gateway, { roomName: 'new' })).body.room, 'chat-new');
  assert.equal((await askToken(gateway, { roomName: 'new' }, { secret })).body.room, 'chat-new');
});

test('rooms and secrets outlive the process; the file holds hashes', async (t) => {
  const dataDir = temporaryFolder(t);
  const one = await withLivekit(t, { dataDir });
  const first = await askToken(one, { roomName: 's1' });
  await one.close();
  const { readFileSync, readdirSync } = await import('node:fs');
  for (const name of readdirSync(dataDir))
    assert.ok(!readFileSync(`${dataDir}/${name}`).includes(first.secret), `${name} has the secret`);
  const two = await withLivekit(t, { dataDir });
  const again = await askToken(two, { roomName: 's1' }, { secret: first.secret });
  assert.deepEqual([again.body.room, again.body.identity], [first.body.room, first.body.identity]);
  assert.notEqual((await askToken(two, { roomName: 's1' })).body.room, first.body.room);
});

test('a secret that nobody has come with goes with the days, one that is in use stays', (t) => {
  const store = new Store(':memory:');
  t.after(() => store.close());
  let nowMs = 0;
  const rooms = new Rooms({ store, now: () => nowMs });
  const [old, used] = ['old', 'used'].map((id) => rooms.find(id).take());
  nowMs = 20 * 86_400_000;
  rooms.find('used', used).take();
  assert.equal(store.callRooms.prune(10 * 86_400_000, 20), 1);
  assert.equal(rooms.find('used', used).how, 'again');
  assert.equal(rooms.find('old', old).how, 'first');
});

test('no secret, token, name or session is in any log line or metric', async (t) => {
  let logged = '';
  const gateway = await withLivekit(t, {
    logLevel: 'debug',
    logStream: { write: (line) => (logged += line) },
  });
  const given = await askToken(gateway, { roomName: 'visible-session', participantName: 'visible-name' });
  await askToken(gateway, { roomName: 'visible-session' }, { secret: given.secret });
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  assert.match(metrics, /shopbell_livekit_tokens_total{how="first"} 1\n.*how="again"} 1/);
  assert.match(logged, /"how":"again".*"livekit token"/);
  for (const word of ['visible', given.secret, given.body.token, settingsAlone.livekitApiSecret])
    assert.ok(!logged.includes(word) && !metrics.includes(word), word);
});

test('another origin and a wrong key are refused, as is a script without a key', async (t) => {
  const gateway = await withLivekit(t);
  const statusOf = async (headers) => (await askToken(gateway, { roomName: 's' }, { headers })).status;
  assert.equal(await statusOf({ Origin: 'https://evil.example' }), 403);
  assert.equal(await statusOf({ Origin: 'https://evil.example', 'X-API-Key': 'demo' }), 403);
  assert.equal(await statusOf({ 'X-API-Key': 'wrong' }), 401);
  assert.equal(await statusOf({ 'X-API-Key': 'demo' }), 200);
  const script = { method: 'POST', body: '{}' };
  const url = `${gateway.url}/api/livekit/token`;
  assert.equal((await fetch(url, script)).status, 401);
  assert.equal((await fetch(url, { ...script, headers: { 'X-API-Key': 'demo' } })).status, 200);
  const preflight = await fetch(url, { method: 'OPTIONS', headers: { Origin: shopOrigin } });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get('access-control-allow-headers'), /\bX-Session-Secret\b/);
  const chat = await fetch(gateway.url + apiPath, { method: 'OPTIONS', headers: { Origin: shopOrigin } });
  assert.match(chat.headers.get('access-control-allow-headers'), /\bX-Session-Secret\b/);
});

test('wrong bodies are 400, large ones 413, and say why', async (t) => {
  const gateway = await withLivekit(t);
  for (const raw of ['{', '[]', '"s"', 'null', Buffer.from([0xff])])
    assert.deepEqual((await askToken(gateway, null, { raw })).body, { error: 'Invalid JSON payload' });
  for (const body of [
    ...[{ roomName: 5 }, { roomName: 'a'.repeat(106) }, { room_name: 'a\nb' }, { roomName: '\ud800' }],
    ...[{ participantName: {} }, { participant_name: 'a'.repeat(101) }],
  ]) {
    const { status, body: answer } = await askToken(gateway, body);
    assert.equal(status, 400);
    assert.equal(answer.details[0].field, Object.keys(body)[0]);
  }
  const large = await askToken(gateway, { participant_metadata: 'a'.repeat(20_000) });
  assert.equal(large.status, 413);
  for (const raw of ['', '{}', '{"roomName":null,"room_name":""}', '{"__proto__":{"roomName":"s"}}'])
    assert.equal((await askToken(gateway, null, { raw })).status, 200);
});

test('without its settings the route says which ones to set', async (t) => {
  const gateway = await gatewayFor(t, { livekitApiKey: 'k' });
  const { status, body } = await askToken(gateway, { roomName: 's1' });
  assert.equal(status, 503);
  assert.match(body.error, /set LIVEKIT_URL, LIVEKIT_API_SECRET$/);
});
