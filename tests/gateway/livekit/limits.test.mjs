// What calls over LiveKit may cost: calls at a time, of an address, of a room, minutes of a day. LiveKit's server need not run.
import assert from 'node:assert/strict';
import test from 'node:test';
import { gatewayFor, temporaryFolder } from '../helpers.mjs';
import { askToken } from './ask_token.mjs';
import { settingsAlone } from './server.mjs';

const withLivekit = (t, options) => gatewayFor(t, { ...settingsAlone, ...options });

function assertLimited({ status, headers, body }, secondsMax) {
  assert.equal(status, 429);
  const seconds = Number(headers.get('retry-after'));
  assert.ok(seconds >= 1 && seconds <= secondsMax, `${seconds} s`);
  assert.equal(body.retryAfter, seconds);
  assert.match(headers.get('access-control-expose-headers'), /Retry-After/);
}

test('an address has so many calls at a time, and who comes back to his is let in all the same', async (t) => {
  const gateway = await withLivekit(t, { callsPerAddress: 2 });
  const one = await askToken(gateway, { roomName: 'one' });
  await askToken(gateway, { roomName: 'two' });
  assertLimited(await askToken(gateway, { roomName: 'three' }), 30);
  assertLimited(await askToken(gateway, { roomName: 'one' }), 30);
  const again = await askToken(gateway, { roomName: 'one' }, { secret: one.secret });
  assert.deepEqual([again.status, again.body.room], [200, 'chat-one']);
});

test('so many are going on at a time, whosever they are', async (t) => {
  const gateway = await withLivekit(t, { callsMax: 1, trustProxy: true });
  const from = (address) => ({ headers: { 'X-Forwarded-For': address } });
  assert.equal((await askToken(gateway, { roomName: 'one' }, from('192.0.2.1'))).status, 200);
  assertLimited(await askToken(gateway, { roomName: 'two' }, from('192.0.2.2')), 30);
});

test('an address begins so many an hour, also over a restart', async (t) => {
  const options = { dataDir: temporaryFolder(t), callsPerAddressPerHour: 2, callsPerAddress: 0 };
  const gateway = await withLivekit(t, options);
  for (const roomName of ['one', 'two']) assert.equal((await askToken(gateway, { roomName })).status, 200);
  assertLimited(await askToken(gateway, { roomName: 'three' }), 3_900);
  await gateway.close();
  assertLimited(await askToken(await withLivekit(t, options), { roomName: 'three' }), 3_900);
});

test("the day's minutes are everybody's, and one address has its share", async (t) => {
  const options = { dailyLivekitMinutesMax: 10, trustProxy: true };
  const gateway = await withLivekit(t, options);
  const from = (address) => ({ headers: { 'X-Forwarded-For': address } });
  for (const roomName of ['one', 'two'])
    assert.equal((await askToken(gateway, { roomName }, from('192.0.2.1'))).status, 200);
  assertLimited(await askToken(gateway, { roomName: 'three' }, from('192.0.2.1')), 86_400);
  assert.equal((await askToken(gateway, { roomName: 'four' }, from('192.0.2.2'))).status, 200);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  assert.match(metrics, /shopbell_day_left{what="livekit_s"} 420/);
});

test('a room is entered twenty times a minute, by whoever has its secret', async (t) => {
  const gateway = await withLivekit(t);
  const { secret } = await askToken(gateway, { roomName: 'one' });
  for (let n = 1; n < 20; n += 1)
    assert.equal((await askToken(gateway, { roomName: 'one' }, { secret })).status, 200);
  assertLimited(await askToken(gateway, { roomName: 'one' }, { secret }), 60);
});

test('a thousand requests of one address: ten calls, and the next address has its own', async (t) => {
  const gateway = await withLivekit(t, { trustProxy: true, ipRequestsPerMinute: 2_000 });
  const from = (address) => ({ headers: { 'X-Forwarded-For': address } });
  const startMs = performance.now();
  const all = [];
  for (let n = 0; n < 1_000; n += 50)
    all.push(
      ...(await Promise.all(
        Array.from({ length: 50 }, (_, i) => askToken(gateway, { roomName: `r${n + i}` }, from('192.0.2.1'))),
      )),
    );
  const took = performance.now() - startMs;
  assert.equal(all.filter(({ status }) => status === 200).length, 10);
  assert.equal(all.filter(({ status }) => status === 429).length, 990);
  assert.equal(all.filter(({ secret }) => secret).length, 10, 'nothing is kept of what was refused');
  assert.equal((await askToken(gateway, { roomName: 'next' }, from('192.0.2.2'))).status, 200);
  t.diagnostic(`${Math.round(took)} ms`);
});

test('with the limits as they are, one address asks twenty times a minute', async (t) => {
  const gateway = await withLivekit(t, { ipRequestsPerMinute: undefined });
  const all = await Promise.all(
    Array.from({ length: 100 }, (_, n) => askToken(gateway, { roomName: `r${n}` })),
  );
  assert.equal(all.filter(({ status }) => status === 200).length, 10);
  for (const one of all.filter(({ status }) => status !== 200)) assertLimited(one, 60);
});
