// Server-sent events: when they are chosen, their form and ids, ping, replay and joining.
import assert from 'node:assert/strict';
import test from 'node:test';
import { prefersEventStream } from '../../tools/gateway/http/sse.mjs';
import { bodyOf, eventsOf, gatewayFor, parseEvents, pause, post, stream, textOf } from './helpers.mjs';

test('Accept decides between JSON and a stream', () => {
  const cases = [
    [undefined, false],
    ['', false],
    ['*/*', false],
    ['application/json', false],
    ['text/event-stream', true],
    ['text/event-stream, application/json;q=0.5', true],
    ['application/json, text/event-stream', false],
    ['application/json;q=0.5, text/event-stream', true],
    ['text/event-stream;q=0', false],
    ['text/html', false],
    ['text/event-stream;q=nonsense', false],
    ['TEXT/Event-Stream', true],
  ];
  for (const [accept, expected] of cases) assert.equal(prefersEventStream(accept), expected, accept);
});

test('a stream has deltas, products and done, numbered, and the head that proxies need', async (t) => {
  const gateway = await gatewayFor(t, { shopUrl: 'https://shop.example' });
  const response = await stream(gateway, 'how much is the Ovio N9 in blue?');
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.equal(response.headers.get('x-accel-buffering'), 'no');
  assert.equal(response.headers.get('access-control-allow-origin'), 'http://localhost:8788');
  const events = await eventsOf(response);
  assert.deepEqual(
    events.map(({ id }) => id),
    events.map((event, index) => `1-${index + 1}`),
  );
  const done = events.at(-1);
  assert.equal(done.event, 'done');
  assert.equal(done.data.sessionId, 'session-1');
  assert.equal(textOf(events), done.data.response);
  assert.ok(done.data.usage.totalTokens > 0);
  const { products } = events.find(({ event }) => event === 'products').data;
  assert.deepEqual(Object.keys(products[0]), [
    'productId',
    'name',
    'permalink',
    'price_sgd',
    'stock_status',
    'image',
    'categories',
  ]);
  assert.equal(products[0].name, 'Ovio N9 128GB Blue');
  assert.equal(products[0].permalink, 'https://shop.example/p/1036-ovio-n9-128gb-blue');
  assert.deepEqual(products[0].categories, [{ name: 'Phones', slug: 'phones' }]);
});

test('while the assistant thinks, the head is there at once and pings follow', async (t) => {
  const gateway = await gatewayFor(t, { answerDelayMs: 250, pingMs: 50 });
  const started = Date.now();
  const response = await stream(gateway, 'hello');
  assert.ok(Date.now() - started < 200, 'head before the first word');
  const text = await response.text();
  assert.ok(Date.now() - started >= 250);
  const events = parseEvents(text);
  assert.ok(events.filter(({ comment }) => comment === 'ping').length >= 3);
  assert.equal(events.at(-1).event, 'done');
});

test('a pace can be set', async (t) => {
  const gateway = await gatewayFor(t, { streamPaceMs: 10 });
  const started = Date.now();
  const events = await eventsOf(await stream(gateway, 'hello'));
  assert.ok(Date.now() - started >= 9 * (events.length - 1));
});

test('a repeated key joins the running answer and both read the same', async (t) => {
  const gateway = await gatewayFor(t, { streamPaceMs: 5 });
  const headers = { 'Idempotency-Key': 'join' };
  const first = await stream(gateway, 'hello', { headers });
  await pause(60);
  const [whole, joined, json] = await Promise.all([
    eventsOf(first),
    stream(gateway, 'hello', { headers }).then(eventsOf),
    post(gateway, bodyOf('hello'), { headers }).then((response) => response.json()),
  ]);
  assert.deepEqual(joined, whole);
  assert.deepEqual(json, whole.at(-1).data);
  assert.equal((await (await fetch(`${gateway.url}/status`)).json()).turns, 1);
});

test('a finished answer is replayed after Last-Event-ID', async (t) => {
  const gateway = await gatewayFor(t);
  const headers = { 'Idempotency-Key': 'replay' };
  const whole = await eventsOf(await stream(gateway, 'compare Ovio N9 and Kestrin 12', { headers }));
  const after = async (id) =>
    eventsOf(
      await stream(gateway, 'compare Ovio N9 and Kestrin 12', {
        headers: { ...headers, 'Last-Event-ID': id },
      }),
    );
  assert.deepEqual(await after('1-3'), whole.slice(3));
  assert.deepEqual(await after(whole.at(-2).id), whole.slice(-1));
  // All was seen: the end comes again. Ids that are not of this answer: everything comes.
  assert.deepEqual(await after(whole.at(-1).id), whole.slice(-1));
  for (const id of ['2-3', 'nonsense', '1-', '-1', '99999999999999999999-1'])
    assert.deepEqual(await after(id), whole);
  assert.deepEqual(await after('1-999999999'), whole.slice(-1));
});

test('joining after Last-Event-ID while the answer is running skips what was seen', async (t) => {
  const gateway = await gatewayFor(t, { streamPaceMs: 8 });
  const headers = { 'Idempotency-Key': 'resume' };
  const abort = new AbortController();
  const first = await stream(gateway, 'hello', { headers, signal: abort.signal });
  const reader = first.body.getReader();
  let seen = '';
  while (!seen.includes('id: 1-4')) seen += new TextDecoder().decode((await reader.read()).value);
  abort.abort();
  const rest = await eventsOf(
    await stream(gateway, 'hello', { headers: { ...headers, 'Last-Event-ID': '1-4' } }),
  );
  assert.equal(rest[0].id, '1-5');
  assert.equal(rest.at(-1).event, 'done');
});
