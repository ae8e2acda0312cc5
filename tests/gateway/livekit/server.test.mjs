// Tokens against the real LiveKit server: who is let in, who replaces whom, and that one agent is called for a room.
import assert from 'node:assert/strict';
import test from 'node:test';
import { RoomServiceClient } from 'livekit-server-sdk';
import { gatewayFor, pause, until } from '../helpers.mjs';
import { askToken } from './ask_token.mjs';
import { join, worker } from './people.mjs';
import { key, livekitMissing, livekitServer, secret as apiSecret } from './server.mjs';

const options = { skip: livekitMissing };

async function stage(t, more) {
  const server = await livekitServer(t);
  const gateway = await gatewayFor(t, { ...server.settings, ...more });
  const url = server.settings.livekitUrl;
  const rooms = new RoomServiceClient(url.replace('ws', 'http'), key, apiSecret);
  return { server, gateway, url, rooms };
}

const identities = async (rooms, room) =>
  (await rooms.listParticipants(room)).map(({ identity }) => identity);

test(
  'a shopper joins with his token and his agent comes; rejoining replaces him and calls no second one',
  options,
  async (t) => {
    const { gateway, url, rooms } = await stage(t);
    const amara = await worker(t, url, 'amara');
    const first = await askToken(gateway, { roomName: 's1' });
    const shopper = await join(t, url, first.body.token);
    await until(() => amara.jobs.length === 1);
    assert.equal(amara.jobs[0].room, 'chat-s1');
    let last = shopper;
    for (let n = 0; n < 3; n += 1) {
      const again = await askToken(gateway, { roomName: 's1' }, { secret: first.secret });
      const next = await join(t, url, again.body.token);
      await last.closed;
      last = next;
    }
    // Longer than the gateway would take to call another one.
    await pause(6_000);
    assert.equal(amara.jobs.length, 1, 'one agent');
    assert.ok(last.isOpen());
    const there = await identities(rooms, 'chat-s1');
    assert.equal(there.filter((identity) => identity === first.body.identity).length, 1, 'no zombie');
    assert.equal(there.length, 2);
  },
);

test('whoever has no secret is in another room, with an agent of his own', options, async (t) => {
  const { gateway, url, rooms } = await stage(t);
  const amara = await worker(t, url, 'amara');
  const own = await askToken(gateway, { roomName: 's1' });
  const shopper = await join(t, url, own.body.token);
  const thief = await askToken(gateway, { roomName: 's1' });
  await join(t, url, thief.body.token);
  await until(() => amara.jobs.length === 2);
  await pause(500);
  assert.ok(shopper.isOpen());
  assert.deepEqual((await identities(rooms, thief.body.room)).includes(own.body.identity), false);
  assert.deepEqual((await identities(rooms, 'chat-s1')).includes(thief.body.identity), false);
});

test('a token opens its room and does nothing else', options, async (t) => {
  const { url, gateway } = await stage(t);
  const { body } = await askToken(gateway, { roomName: 's1' });
  const twirp = (service, method, data) =>
    fetch(`${url.replace('ws', 'http')}/twirp/livekit.${service}/${method}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${body.token}` },
      body: JSON.stringify(data),
    });
  for (const [service, method, data] of [
    ['RoomService', 'ListRooms', {}],
    ['RoomService', 'DeleteRoom', { room: 'chat-s1' }],
    ['RoomService', 'ListParticipants', { room: 'chat-s1' }],
    ['AgentDispatchService', 'CreateDispatch', { room: 'chat-s1', agent_name: 'amara' }],
  ])
    assert.ok([401, 403].includes((await twirp(service, method, data)).status), method);
});

test('an agent that died is called again, once, when its shopper comes back', options, async (t) => {
  const { gateway, url } = await stage(t);
  const amara = await worker(t, url, 'amara');
  const first = await askToken(gateway, { roomName: 's1' });
  await join(t, url, first.body.token);
  await until(() => amara.jobs.length === 1);
  await pause(10_000);
  amara.jobs[0].agent.leave();
  await amara.jobs[0].agent.closed;
  const again = await askToken(gateway, { roomName: 's1' }, { secret: first.secret });
  await join(t, url, again.body.token);
  await until(() => amara.jobs.length === 2, 6_000);
  await pause(5_000);
  assert.equal(amara.jobs.length, 2);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  assert.match(metrics, /shopbell_livekit_agents_again_total 1\n/);
});

test('an agent that registers late comes to who waits for it', options, async (t) => {
  const { gateway, url } = await stage(t);
  const first = await askToken(gateway, { roomName: 's1' });
  await join(t, url, first.body.token);
  await pause(10_500);
  const amara = await worker(t, url, 'amara');
  await askToken(gateway, { roomName: 's1' }, { secret: first.secret });
  await until(() => amara.jobs.length === 1, 5_000);
});

test('what is over makes room: calls at a time are counted from the server', options, async (t) => {
  const { gateway, url, rooms } = await stage(t, { callsPerAddress: 1 });
  const first = await askToken(gateway, { roomName: 's1' });
  await join(t, url, first.body.token);
  // Whoever is refused has the server asked, at most once a second.
  await pause(1_100);
  assert.equal((await askToken(gateway, { roomName: 's2' })).status, 429);
  await rooms.deleteRoom('chat-s1');
  // Not at once: its shopper was let in just now and may be on his way back.
  await until(
    () => pause(3_000).then(async () => (await askToken(gateway, { roomName: 's2' })).status === 200),
    40_000,
  );
});

test(
  'no server: pages get their tokens, and the log says once that it is not reached',
  options,
  async (t) => {
    let logged = '';
    const { server, gateway } = await stage(t, {
      logLevel: 'info',
      logStream: { write: (line) => (logged += line) },
    });
    const first = await askToken(gateway, { roomName: 's1' });
    await server.kill();
    for (let n = 0; n < 3; n += 1) {
      const { status } = await askToken(gateway, { roomName: 's1' }, { secret: first.secret });
      assert.equal(status, 200);
    }
    await until(() => logged.includes('LiveKit not reached'));
  },
);
