// What is said once is stored once: repeated keys, pages that leave, SIGKILL and SIGTERM.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import Database from 'better-sqlite3';
import { scopeOf, Store } from '../../tools/gateway/store/store.mjs';
import {
  bodyOf,
  eventsOf,
  gatewayFor,
  gatewayProgram,
  pause,
  post,
  rawRequest,
  stream,
  temporaryFolder,
  textOf,
  until,
} from './helpers.mjs';

function rowsOf(folder, sql) {
  const db = new Database(path.join(folder, 'shopbell.sqlite'), { readonly: true });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}

const turnsOf = (folder) =>
  rowsOf(folder, 'SELECT id, user_message, state, attempt, response, idempotency_key FROM turns ORDER BY id');
const keyed = (key) => ({ headers: { 'Idempotency-Key': key } });

test('ten posts with one key at the same time make one turn and one answer', async (t) => {
  const folder = temporaryFolder(t);
  const gateway = await gatewayFor(t, { dataDir: folder, answerDelayMs: 50 });
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => post(gateway, bodyOf('hello'), keyed('one')).then((r) => r.json())),
  );
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.equal(turnsOf(folder).length, 1);
});

test('the same key later gives the same JSON', async (t) => {
  const gateway = await gatewayFor(t);
  const first = await (await post(gateway, bodyOf('hello'), keyed('again'))).json();
  assert.deepEqual(
    await (
      await post(gateway, bodyOf('hello', { history: [{ role: 'user', content: 'hello' }] }), keyed('again'))
    ).json(),
    first,
  );
});

test('the same key with another message is 422', async (t) => {
  const gateway = await gatewayFor(t);
  await post(gateway, bodyOf('hello'), keyed('reused'));
  for (const change of [{ message: 'hello!' }, { image: 'https://shop.example/a.png' }, { mode: 'voice' }]) {
    const response = await post(gateway, { ...bodyOf('hello'), ...change }, keyed('reused'));
    assert.equal(response.status, 422);
    assert.deepEqual(Object.keys(await response.json()), ['error', 'message']);
  }
});

test('keys are scoped by session and by API key', async (t) => {
  const folder = temporaryFolder(t);
  const gateway = await gatewayFor(t, { dataDir: folder, apiKeys: ['one', 'two'] });
  for (const [apiKey, sessionId] of [
    ['one', 'a'],
    ['one', 'b'],
    ['two', 'a'],
  ]) {
    const headers = { 'Idempotency-Key': 'same', 'X-API-Key': apiKey };
    assert.equal((await post(gateway, bodyOf(`hello ${apiKey}`, { sessionId }), { headers })).status, 200);
  }
  assert.equal(turnsOf(folder).length, 3);
  assert.ok(
    !JSON.stringify(rowsOf(folder, 'SELECT * FROM turns')).includes('"one"'),
    'no API key in the database',
  );
});

test('a key that is no key is 400', async (t) => {
  const gateway = await gatewayFor(t);
  for (const key of ['with space', 'x'.repeat(201), 'é']) {
    const response = await post(gateway, bodyOf('hello'), keyed(key));
    assert.equal(response.status, 400);
    assert.equal((await response.json()).details[0].field, 'Idempotency-Key');
  }
  assert.equal((await post(gateway, bodyOf('hello'), keyed('x'.repeat(200)))).status, 200);
});

test('a key is kept for 24 hours', () => {
  const day = 24 * 3_600_000;
  const store = new Store(':memory:');
  const turn = {
    scope: scopeOf('k'),
    sessionId: 's',
    key: 'key',
    fingerprint: 'f',
    message: 'm',
    image: null,
    mode: null,
    clientSource: 'w',
  };
  store.turns.accept(turn, 1000);
  assert.equal(store.turns.findByKey(turn.scope, 's', 'key', 1000 + day - 1).state, 'running');
  assert.equal(store.turns.findByKey(turn.scope, 's', 'key', 1000 + day), undefined);
  store.turns.accept(turn, 1000 + day);
  assert.equal(store.upkeep.counts().turns, 2);
  store.close();
});

test('without a key every post is a turn', async (t) => {
  const folder = temporaryFolder(t);
  const gateway = await gatewayFor(t, { dataDir: folder });
  await Promise.all([1, 2, 3].map(() => post(gateway, bodyOf('hello')).then((response) => response.json())));
  assert.equal(turnsOf(folder).length, 3);
});

test('a page that leaves does not stop its answer', async (t) => {
  const folder = temporaryFolder(t);
  const gateway = await gatewayFor(t, { dataDir: folder, answerDelayMs: 100, streamPaceMs: 1 });
  const leave = new AbortController();
  await stream(gateway, 'hello', { ...keyed('left'), signal: leave.signal });
  leave.abort();
  const [turn] = await until(
    () => turnsOf(folder).filter(({ state }) => state === 'answered').length === 1 && turnsOf(folder),
  );
  assert.match(turn.response, /welcome/);
  const json = await (await post(gateway, bodyOf('hello'), keyed('left'))).json();
  assert.equal(json.response, turn.response);
});

test('the message is stored before any byte of the answer', async (t) => {
  const folder = temporaryFolder(t);
  const gateway = await gatewayFor(t, { dataDir: folder, answerDelayMs: 200 });
  const response = await stream(gateway, 'hello', keyed('early'));
  const [turn] = turnsOf(folder);
  assert.equal(turn.user_message, 'hello');
  assert.equal(turn.state, 'running');
  await response.text();
});

test('turns of one session run one after another', async (t) => {
  const gateway = await gatewayFor(t, { answerDelayMs: 30 });
  const [, second] = await Promise.all([
    post(gateway, bodyOf('show me cameras')).then((response) => response.json()),
    pause(5)
      .then(() => post(gateway, bodyOf('how much is the second one?')))
      .then((response) => response.json()),
  ]);
  assert.match(second.response, /Lumora Z10 body Black\*\* costs S\$999/);
});

for (const [moment, delayMs] of [
  ['before the first word', 1000],
  ['in the middle of the answer', 0],
]) {
  test(`SIGKILL ${moment}: a retried key neither doubles nor loses the turn`, async (t) => {
    const folder = temporaryFolder(t);
    const files = temporaryFolder(t);
    const settings = { DATA_DIR: folder, FILES_DIR: files };
    const first = await gatewayProgram(t, {
      ...settings,
      ANSWER_DELAY_MS: String(delayMs),
      STREAM_PACE_MS: '30',
    });
    const response = await stream(first, 'hello', keyed('killed'));
    const reader = response.body.getReader();
    if (delayMs === 0) await reader.read();
    first.child.kill('SIGKILL');
    await reader.read().catch(() => {});
    await first.exited;
    assert.deepEqual(
      turnsOf(folder).map(({ state, response: text }) => [state, text]),
      [['running', null]],
    );

    const second = await gatewayProgram(t, settings);
    assert.equal(turnsOf(folder)[0].state, 'cut');
    const headers = { ...keyed('killed').headers, 'Last-Event-ID': '1-2' };
    const events = await eventsOf(await stream(second, 'hello', { headers }));
    assert.equal(events[0].id, '2-1', 'a new attempt begins at its first event');
    assert.equal(textOf(events), events.at(-1).data.response);
    const turns = turnsOf(folder);
    assert.equal(turns.length, 1);
    assert.deepEqual([turns[0].state, turns[0].attempt, turns[0].response], ['answered', 2, textOf(events)]);
  });
}

test('a lead is stored once, also when its turn is cut and answered again', async (t) => {
  const folder = temporaryFolder(t);
  const settings = { DATA_DIR: folder, FILES_DIR: temporaryFolder(t) };
  const first = await gatewayProgram(t, { ...settings, STREAM_PACE_MS: '40' });
  await (await post(first, bodyOf('trade in my Nimbo Play 4, it is good'))).json();
  const response = await stream(first, 'shopper@mail.example', keyed('lead'));
  await response.body.getReader().read();
  first.child.kill('SIGKILL');
  await first.exited;
  const second = await gatewayProgram(t, settings);
  const answer = await (await post(second, bodyOf('shopper@mail.example'), keyed('lead'))).json();
  assert.match(answer.response, /Nimbo Play 4, good.*shopper@mail\.example/);
  const leads = rowsOf(folder, 'SELECT kind, device, condition, value_sgd, email FROM leads');
  assert.deepEqual(leads, [
    {
      kind: 'trade_in',
      device: 'Nimbo Play 4',
      condition: 'good',
      value_sgd: 135,
      email: 'shopper@mail.example',
    },
  ]);
});

test('SIGTERM: what was accepted is answered, then the program ends with 0', async (t) => {
  const folder = temporaryFolder(t);
  const gateway = await gatewayProgram(t, {
    DATA_DIR: folder,
    FILES_DIR: temporaryFolder(t),
    ANSWER_DELAY_MS: '1000',
  });
  const streamed = await stream(gateway, 'hello', keyed('draining'));
  const asJson = post(gateway, bodyOf('hello', { sessionId: 'other' }));
  const leave = new AbortController();
  void post(gateway, bodyOf('hello', { sessionId: 'left' }), { signal: leave.signal }).catch(() => {});
  await until(() => turnsOf(folder).length === 3);
  leave.abort();
  gateway.child.kill('SIGTERM');
  await pause(100);
  await assert.rejects(rawRequest(gateway, { method: 'GET', path: '/status' }), 'no new connections');
  assert.equal((await eventsOf(streamed)).at(-1).event, 'done');
  assert.equal((await (await asJson).json()).sessionId, 'other');
  assert.equal(await gateway.exited, 0);
  assert.deepEqual(
    turnsOf(folder).map(({ state }) => state),
    ['answered', 'answered', 'answered'],
  );
});

test('SIGTERM: an answer that does not come in time is cut, told so, and made again later', async (t) => {
  const folder = temporaryFolder(t);
  const settings = { DATA_DIR: folder, FILES_DIR: temporaryFolder(t) };
  const gateway = await gatewayProgram(t, { ...settings, ANSWER_DELAY_MS: '60000', DRAIN_MS: '150' });
  const response = await stream(gateway, 'hello', keyed('slow'));
  gateway.child.kill('SIGTERM');
  const events = await eventsOf(response);
  assert.deepEqual(
    events.map(({ event }) => event),
    ['error'],
  );
  assert.deepEqual(Object.keys(events[0].data), ['error', 'message']);
  assert.equal(await gateway.exited, 0);
  assert.equal(turnsOf(folder)[0].state, 'cut');
  const again = await gatewayProgram(t, settings);
  assert.equal(
    (await (await post(again, bodyOf('hello'), keyed('slow'))).json()).response.includes('welcome'),
    true,
  );
  assert.equal(turnsOf(folder).length, 1);
});

test('a database of a newer version is left untouched', (t) => {
  const folder = temporaryFolder(t);
  new Store(folder).close();
  const db = new Database(path.join(folder, 'shopbell.sqlite'));
  db.pragma('user_version = 99');
  db.close();
  assert.throws(() => new Store(folder), /newer Shopbell \(schema 99\)/);
});
