// What is spent, by whom, and when that is enough: the ledger by itself with a clock of the test's, and attempts at answers through the
// gateway.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { Spending } from '../../tools/gateway/costs/spending.mjs';
import {
  ask,
  bodyOf,
  eventsOf,
  gatewayFor,
  gatewayProgram,
  pause,
  post,
  stream,
  temporaryFolder,
  until,
} from './helpers.mjs';
import { bytesOf, openaiServer, says } from './openai_server.mjs';
import { join, newId } from './socket_client.mjs';

const hourMs = 3_600_000;
const midnightMs = Date.UTC(2026, 0, 15);

function spendingOf(t, { bounds, percent = 50, dataDir = ':memory:', atMs = midnightMs }) {
  const clock = { nowMs: atMs };
  const lines = [];
  const spending = new Spending({
    ...{ dataDir, bounds, addressDayPercent: percent, now: () => clock.nowMs },
    log: { error: (fields, line) => lines.push(line) },
  });
  t.after(() => spending.close());
  const take = (address, n, what = 'tokens') => spending.take(address, { [what]: n });
  return { spending, clock, take, lines };
}

test('an address has so much in any hour, and is told when it has more', (t) => {
  const { clock, take } = spendingOf(t, { bounds: { requests: { hour: 10 } } });
  assert.equal(take('a', 6, 'requests'), null);
  clock.nowMs += 30 * 60_000;
  assert.equal(take('a', 4, 'requests'), null);
  const refusal = take('a', 5, 'requests');
  assert.deepEqual([refusal.whose, refusal.limit, refusal.remaining], ['address', 10, 0]);
  assert.equal(take('b', 10, 'requests'), null, 'another address');
  clock.nowMs += refusal.retryAfterSeconds * 1000 - 1;
  assert.notEqual(take('a', 5, 'requests'), null, 'not a moment sooner');
  clock.nowMs += 1;
  assert.equal(take('a', 5, 'requests'), null, 'and not a moment later');
  assert.ok(clock.nowMs <= midnightMs + hourMs + 5 * 60_000);
});

test('all of what is asked for is taken, or nothing; what was not needed comes back', (t) => {
  const { spending } = spendingOf(t, { bounds: { requests: { hour: 10 }, tokens: { hour: 100 } } });
  assert.equal(spending.take('a', { requests: 5, tokens: 200 }).what, 'tokens');
  assert.equal(spending.take('a', { requests: 10, tokens: 100 }), null);
  spending.add('a', 'requests', -5);
  assert.equal(spending.take('a', { requests: 6 }).what, 'requests');
  assert.equal(spending.take('a', { requests: 5 }), null);
});

test('one address gets a share of the day, and the next one its share of the rest', (t) => {
  const { spending, take } = spendingOf(t, { bounds: { tokens: { day: 100_000 } }, percent: 33 });
  const greed = (address) => {
    let taken = 0;
    while (take(address, 100) === null) taken += 100;
    return taken;
  };
  assert.equal(greed('a'), 24_800, 'a quarter');
  assert.equal(take('a', 100).whose, 'address');
  assert.equal(greed('b'), 18_600);
  for (const address of ['c', 'd', 'e']) greed(address);
  assert.ok(spending.left().tokens > 23_000);
  assert.ok(greed('newcomer') > 5_000);
});

test('the day ends at midnight UTC for everybody, and a share 24 hours after it was spent', (t) => {
  const { spending, clock, take } = spendingOf(t, {
    ...{ bounds: { tokens: { day: 1000 } }, percent: 100 },
    atMs: midnightMs + 20 * hourMs,
  });
  for (const address of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) while (take(address, 10) === null);
  const refusal = take('new', 500);
  assert.deepEqual([refusal.whose, refusal.retryAfterSeconds], ['everybody', 4 * 3600]);
  assert.equal(spending.left().tokens, 0, 'what is too little is nothing');
  clock.nowMs = midnightMs + 24 * hourMs;
  assert.equal(spending.left().tokens, 1000);
  assert.equal(take('a', 501).whose, 'address', 'yesterday evening counts');
  assert.equal(take('new', 500), null);
  clock.nowMs += 20 * hourMs + 10 * 60_000;
  assert.equal(take('a', 200), null);
});

test('a restart forgets nothing; who asked is forgotten after a day', (t) => {
  const dataDir = temporaryFolder(t);
  const bounds = { requests: { hour: 10 } };
  const first = spendingOf(t, { bounds, dataDir });
  assert.equal(first.take('2001:db8:1:2:3::4', 10, 'requests'), null);
  first.spending.pays(7, '192.0.2.1');
  const second = spendingOf(t, { bounds, dataDir, atMs: midnightMs + hourMs / 2 });
  assert.equal(second.take('2001:db8:1:2::9', 1, 'requests').whose, 'address');
  assert.equal(second.spending.payerOf(7), '192.0.2.1');
  second.clock.nowMs += 25 * hourMs;
  second.spending.sweep();
  const rows = new Database(`${dataDir}/spending.sqlite`, { readonly: true });
  t.after(() => rows.close());
  for (const table of ['spent', 'payers'])
    assert.equal(rows.prepare(`SELECT count(*) AS n FROM ${table}`).get().n, 0, table);
});

test('the addresses of one IPv6 customer have ten times as much an hour, and one share of the day', (t) => {
  const bounds = { requests: { hour: 10 }, tokens: { day: 1000 } };
  const { take } = spendingOf(t, { bounds, percent: 100 });
  const address = (n) => `2001:db8:7:${n.toString(16)}::1`;
  for (let n = 0; n < 10; n += 1) assert.equal(take(address(n), 10, 'requests'), null);
  assert.equal(take(address(10), 1, 'requests').limit, 100);
  assert.equal(take('2001:db8:8::1', 10, 'requests'), null);
  for (let n = 0; n < 5; n += 1) assert.equal(take(address(n), 100), null);
  assert.equal(take(address(5), 100).whose, 'address');
  assert.equal(take('2001:db8:8::1', 100), null);
});

test('a clock that was ahead for a moment spends nothing of later days', (t) => {
  const { clock, take } = spendingOf(t, {
    bounds: { requests: { hour: 10 }, tokens: { day: 100 } },
    percent: 100,
  });
  clock.nowMs += 365 * 24 * hourMs;
  take('a', 10, 'requests');
  take('a', 50);
  clock.nowMs = midnightMs;
  assert.equal(take('a', 10, 'requests'), null);
  assert.equal(take('a', 50), null);
});

test('a disk that takes nothing stops nobody, and is named once', (t) => {
  const { spending, take, lines } = spendingOf(t, { bounds: { requests: { hour: 10 } } });
  spending.close();
  assert.equal(take('a', 10, 'requests'), null);
  assert.notEqual(take('a', 1, 'requests'), null, 'memory goes on counting');
  assert.deepEqual(lines, ['spending not written']);
});

test('a flood of addresses does not grow the table: the oldest go first', (t) => {
  const { take } = spendingOf(t, { bounds: { requests: { hour: 10 } } });
  take('192.0.2.1', 10, 'requests');
  for (let n = 0; n < 60_000; n += 1) take(`2001:${n.toString(16)}::`, 1, 'requests');
  assert.equal(take('192.0.2.1', 1, 'requests'), null);
  assert.notEqual(take('2001:ea5f::', 10, 'requests'), null, 'the last one is remembered');
});

// Attempts at answers.

const model = (upstream, more) => ({ openaiBaseUrl: upstream.url, openaiModel: 'm', ...more });
const leftOf = async (gateway, what = 'tokens') => {
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(new RegExp(`^shopbell_day_left\\{what="${what}"\\} (\\S+)$`, 'm').exec(metrics)[1]);
};
const cutAfter = (text) => (response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(bytesOf(says(text, 10)).subarray(0, -200));
  setTimeout(() => response.destroy(), 20);
};

test('an answer that fails over HTTP is made five times at most, and each time all limits hold', async (t) => {
  const upstream = await openaiServer(t, [{ status: 500 }]);
  const gateway = await gatewayFor(t, model(upstream));
  const headers = { 'Idempotency-Key': 'one' };
  for (let n = 1; n <= 5; n += 1)
    assert.equal((await eventsOf(await stream(gateway, 'hello', { headers }))).at(-1).event, 'error');
  const response = await post(gateway, bodyOf('hello'), { headers });
  assert.equal(response.status, 422);
  assert.match((await response.json()).message, /in other words/);
  assert.equal(upstream.requests.length, 5);

  const limited = await gatewayFor(t, model(upstream, { sessionTurnsPerHour: 2 }));
  for (const status of [200, 200, 429])
    assert.equal((await post(limited, bodyOf('hello'), { headers })).status, status);
});

test('an answer that fails over a socket is made five times at most, and counts for its address', async (t) => {
  const upstream = await openaiServer(t, [{ status: 500 }]);
  const gateway = await gatewayFor(t, model(upstream, { ipRequestsPerMinute: 8 }));
  const page = await join(t, gateway);
  const said = async (id) => {
    const before = page.frames.length;
    page.send({ t: 'say', id, text: 'hello' });
    const answered = ({ t: type, id: of }, n) =>
      n >= before && ((type === 'refused' && of === id) || (type === 'done' && of === `${id}.reply`));
    const { t: type, code } = await until(() => page.frames.find(answered));
    return code ?? type;
  };
  const [first, second] = [newId(), newId()];
  const outcomes = [];
  for (let n = 0; n < 6; n += 1) outcomes.push(await said(first));
  assert.deepEqual(outcomes, ['done', 'done', 'done', 'done', 'done', 'bad']);
  assert.equal(upstream.requests.length, 5);
  for (let n = 0; n < 3; n += 1) outcomes.push(await said(second));
  assert.deepEqual(outcomes.slice(6), ['done', 'done', 'too_fast'], 'the address limit of eight');
});

test('what a model was asked and said is counted when it fails, and when the shopper stops it', async (t) => {
  const words = 'word '.repeat(400);
  const upstream = await openaiServer(t, [
    cutAfter(words),
    (response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(bytesOf(says(words, 10)).subarray(0, -200));
    },
  ]);
  const gateway = await gatewayFor(t, model(upstream, { ipRequestsPerMinute: 1000 }));
  const full = await leftOf(gateway);
  await eventsOf(await stream(gateway, 'hello'));
  const asked = JSON.stringify(upstream.requests[0].body.messages).length / 4;
  const failed = full - (await leftOf(gateway));
  assert.ok(failed > asked + 300, `${failed} tokens of a failed answer`);

  const page = await join(t, gateway);
  const id = newId();
  page.send({ t: 'say', id, text: 'hello' });
  await page.of('delta');
  await pause(100);
  page.send({ t: 'stop', id });
  assert.equal((await page.done(id)).state, 'stopped');
  await until(() => upstream.requests.length === 2);
  const stopped = full - failed - (await leftOf(gateway));
  assert.ok(stopped > asked + 300, `${stopped} tokens of a stopped answer`);
  assert.equal(
    (await (await fetch(`${gateway.url}/metrics`)).text()).match(/^shopbell_tokens_total (\d+)$/m)[1],
    String(failed + stopped),
  );
});

test('a crash in the middle of an answer leaves it counted, and attempts count over crashes', async (t) => {
  const dataDir = temporaryFolder(t);
  const hang = (response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(bytesOf(says('word '.repeat(800), 10)).subarray(0, -200));
  };
  const upstream = await openaiServer(t, [hang]);
  const settings = {
    ...{ DATA_DIR: dataDir, OPENAI_BASE_URL: upstream.url, OPENAI_MODEL: 'm', ANSWER_ATTEMPTS_MAX: '2' },
    FILES_DIR: temporaryFolder(t),
  };
  let gateway = await gatewayProgram(t, settings);
  const full = await leftOf(gateway);
  const page = await join(t, gateway);
  page.send({ t: 'say', id: newId(), text: 'hello' });
  await until(() => page.all('delta').length >= 10);
  const lefts = [];
  for (let n = 1; n <= 3; n += 1) {
    gateway.child.kill('SIGKILL');
    await gateway.exited;
    const before = upstream.requests.length;
    gateway = await gatewayProgram(t, settings);
    if (n === 1) await until(() => upstream.requests.length > before);
    await pause(300);
    lefts.push(full - (await leftOf(gateway)));
  }
  assert.equal(upstream.requests.length, 2, 'two attempts over three crashes');
  assert.ok(lefts[0] > 1_500 && lefts[2] >= lefts[0], `${lefts} tokens`);
});

test('made-up histories cost nothing where no model is asked, and end the chat for nobody where one is', async (t) => {
  const history = Array.from({ length: 20 }, () => ({ role: 'user', content: 'x'.repeat(790) }));
  const free = await gatewayFor(t, { dailyTokensMax: 5_000 });
  for (let n = 0; n < 5; n += 1) assert.equal((await ask(free, 'hello', { history })).status, 200);
  assert.equal(await leftOf(free), 5_000);

  const usage = { prompt_tokens: 5_000, completion_tokens: 20, total_tokens: 5_020 };
  const upstream = await openaiServer(t, [(response) => response.end(bytesOf(says('Yes.'), usage))]);
  const paid = await gatewayFor(t, model(upstream, { dailyTokensMax: 60_000, trustProxy: true }));
  const from = (address) => ({ headers: { 'X-Forwarded-For': address } });
  const statuses = [];
  for (let n = 0; n < 8; n += 1)
    statuses.push((await post(paid, bodyOf('hello', { history }), from('192.0.2.1'))).status);
  assert.deepEqual(statuses.slice(-2), [429, 429], `${statuses}`);
  const refused = await post(paid, bodyOf('hello', { history }), from('192.0.2.1'));
  assert.ok(Number(refused.headers.get('retry-after')) > 60);
  for (let n = 0; n < 3; n += 1)
    assert.equal((await post(paid, bodyOf('hello'), from('192.0.2.2'))).status, 200, 'another address');
});

test('a repeated key replays its answer when nothing is left', async (t) => {
  const upstream = await openaiServer(t, [says('Yes.')]);
  const gateway = await gatewayFor(t, model(upstream, { addressModelRequestsPerHour: 5 }));
  const headers = { 'Idempotency-Key': 'one' };
  assert.equal((await post(gateway, bodyOf('hello'), { headers })).status, 200);
  assert.equal((await post(gateway, bodyOf('hello again'))).status, 429);
  assert.equal((await (await post(gateway, bodyOf('hello'), { headers })).json()).response, 'Yes.');
});

test('a damaged file of what was spent is named with what to do', (t) => {
  const dataDir = temporaryFolder(t);
  writeFileSync(`${dataDir}/spending.sqlite`, 'no database'.repeat(1000));
  assert.throws(() => spendingOf(t, { bounds: {}, dataDir }), /spending\.sqlite is damaged: remove it/);
});
