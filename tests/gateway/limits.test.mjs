// Limits at their number and one past it, and what a refused page is told.
import assert from 'node:assert/strict';
import test from 'node:test';
import { AddressLimit, addressKey, networksOf, sessionLimit } from '../../tools/gateway/costs/limits.mjs';
import { Store } from '../../tools/gateway/store/store.mjs';
import { ask, bodyOf, gatewayFor, post } from './helpers.mjs';
import { openaiServer, says } from './openai_server.mjs';

async function assertLimited(response, limit) {
  assert.equal(response.status, 429);
  const body = await response.json();
  const seconds = body.retryAfter;
  assert.ok(Number.isInteger(seconds) && seconds >= 1);
  assert.deepEqual(body, {
    error: 'Too many requests',
    message: `Rate limit exceeded. Please try again in ${seconds} seconds.`,
    retryAfter: seconds,
  });
  assert.equal(response.headers.get('retry-after'), String(seconds));
  assert.equal(response.headers.get('x-ratelimit-limit'), String(limit));
  assert.equal(response.headers.get('x-ratelimit-remaining'), '0');
  assert.equal(
    new Date(response.headers.get('x-ratelimit-reset')).toISOString(),
    response.headers.get('x-ratelimit-reset'),
  );
}

test('20 requests a minute from one address by default', async (t) => {
  const gateway = await gatewayFor(t, { ipRequestsPerMinute: undefined });
  for (let n = 0; n < 20; n += 1) {
    const response = await post(gateway, bodyOf('hello'));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('x-ratelimit-remaining'), String(19 - n));
    await response.text();
  }
  await assertLimited(await post(gateway, bodyOf('hello')), 20);
});

test('an address is free again after its minute, and a flood of addresses does not grow the table', () => {
  const limit = new AddressLimit(2);
  assert.deepEqual(
    [0, 1, 2].map((ms) => limit.take('a', ms).allowed),
    [true, true, false],
  );
  assert.equal(limit.take('b', 3).allowed, true);
  assert.equal(limit.take('a', 59_999).allowed, false);
  assert.equal(limit.take('a', 60_000).allowed, true);
  // A clock that jumped back must not lock anyone out for longer than a minute.
  assert.equal(limit.take('a', 60_001).allowed, true);
  assert.equal(limit.take('a', 60_002).allowed, false);
  assert.equal(limit.take('a', -1_000_000).allowed, true);
  for (let n = 0; n < 30_000; n += 1) limit.take(`address ${n}`, 61_000);
  assert.equal(limit.take('address 29999', 61_001).allowed, true);
});

test('50 messages an hour in one session by default; other sessions and repeated keys are not affected', async (t) => {
  const gateway = await gatewayFor(t, { sessionTurnsPerHour: undefined });
  const first = { headers: { 'Idempotency-Key': 'first' } };
  assert.equal((await post(gateway, bodyOf('hello'), first)).status, 200);
  for (let n = 1; n < 50; n += 1) assert.equal((await ask(gateway, 'hello')).status, 200);
  await assertLimited(await post(gateway, bodyOf('hello')), 50);
  assert.equal((await post(gateway, bodyOf('hello'), first)).status, 200);
  assert.equal((await ask(gateway, 'hello', { sessionId: 'session-2' })).status, 200);
});

test('the hour of a session is counted from the store', () => {
  const store = new Store(':memory:');
  const turn = {
    scope: 's',
    sessionId: 'x',
    key: null,
    fingerprint: 'f',
    message: 'm',
    image: null,
    mode: null,
    clientSource: 'w',
  };
  // What an agent elsewhere tells of a call was no attempt of ours, and frees nothing when it is an hour old.
  const said = { room: 'chat-x', scope: 's', name: null, message: 'm', response: 'r' };
  store.turns.accept(turn, 1000);
  store.toldTurns.ofCall(said, 999);
  store.turns.accept(turn, 2000);
  assert.deepEqual(store.turns.since('s', 'x', 998, 2000), { count: 2, oldestMs: 1000 });
  assert.deepEqual(store.turns.since('s', 'x', 1000, 2000), { count: 1, oldestMs: 2000 });
  // A clock that was a year ahead for a moment locks nobody out for that year.
  store.turns.accept(turn, 366 * 86_400_000);
  assert.equal(sessionLimit(store, 's', 'x', 3, 3000).allowed, true);
  assert.equal(sessionLimit(store, 's', 'x', 2, 3000).retryAfterSeconds, 3_598);
  store.close();
});

test('past the daily budget every message is 503, and one metric says so', async (t) => {
  const upstream = await openaiServer(t, [says('Yes.')]);
  const gateway = await gatewayFor(t, {
    ...{ openaiBaseUrl: upstream.url, openaiModel: 'm', trustProxy: true },
    ...{ dailyTokensMax: 6_000, addressDayPercent: 100 },
  });
  const from = (n) => ({ headers: { 'X-Forwarded-For': `192.0.2.${n}` } });
  const statuses = [];
  for (let n = 0; n < 60 && statuses.at(-1) !== 503; n += 1)
    statuses.push((await post(gateway, bodyOf('hello'), from(n))).status);
  assert.deepEqual(new Set(statuses), new Set([200, 503]));
  assert.equal(upstream.requests.length, statuses.length - 1);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  assert.match(metrics, /^shopbell_day_left\{what="tokens"\} 0$/m);
  assert.match(metrics, /^shopbell_day_left\{what="recognition_s"\} 36000$/m);
  const { status, body } = await ask(gateway, 'hello');
  assert.equal(status, 503);
  assert.deepEqual(body, {
    error: 'Service temporarily unavailable',
    message: 'Daily usage limit reached. Please try again tomorrow.',
  });
});

test('a body past its limit is 413', async (t) => {
  const gateway = await gatewayFor(t, { bodyBytesMax: 2048 });
  const sized = (bytes) => {
    const body = JSON.stringify(bodyOf('hello', { extra: '' }));
    return body.replace('"extra":""', `"extra":"${'x'.repeat(bytes - body.length)}"`);
  };
  assert.equal((await post(gateway, sized(2048))).status, 200);
  const response = await post(gateway, sized(2049));
  assert.equal(response.status, 413);
  assert.equal((await response.json()).error, 'Payload too large');
});

test('whoever has one address of IPv6 has 2^64 of them, and counts as one', () => {
  assert.equal(addressKey('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2');
  assert.equal(addressKey('2001:0db8:0001:0002::1'), '2001:db8:1:2');
  assert.equal(addressKey('2001:db8::1'), '2001:db8:0:0');
  assert.equal(addressKey('::1'), '0:0:0:0');
  assert.equal(addressKey('fe80::1%eth0'), 'fe80:0:0:0');
  assert.equal(addressKey('::ffff:192.0.2.7'), '192.0.2.7');
  assert.equal(addressKey('192.0.2.7'), '192.0.2.7');
  assert.equal(addressKey(''), '');
});

test('whoever has a /48 of IPv6 has 65,536 such addresses, and they count together as ten', () => {
  const limit = new AddressLimit(3);
  const taken = (address) => limit.take(address, 0).allowed;
  const allowed = Array.from({ length: 100 }, (_, n) => taken(`2001:db8:1:${n.toString(16)}::1`));
  assert.equal(allowed.filter(Boolean).length, 30);
  assert.ok(taken('2001:db8:2::1'));
  for (const address of ['192.0.2.1', '::ffff:192.0.2.2']) {
    assert.deepEqual(
      [1, 2, 3, 4].map(() => taken(address)),
      [true, true, true, false],
    );
    assert.equal(networksOf(address).length, 1);
  }
  assert.deepEqual(networksOf('2001:db8:1:2'), networksOf('2001:db8:1:2::7'));
});
