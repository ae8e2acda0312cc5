// The store by itself: what it counts, forgets and refuses.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { Pruning } from '../../tools/gateway/store/pruning.mjs';
import { Store } from '../../tools/gateway/store/store.mjs';
import { apiPath, ask, gatewayFor, pause, temporaryFolder, until } from './helpers.mjs';

const turn = {
  ...{ scope: 's', sessionId: 'x', key: null, fingerprint: 'f', message: 'm' },
  ...{ image: null, mode: null, clientSource: 'w' },
};

function storeIn(t, folder) {
  const store = new Store(folder);
  t.after(() => store.close());
  return store;
}

/** Turns of long ago and today, written past the store, as many as asked for. */
function seeded(folder, count, { everyMs = 0, fromMs = 1_000 } = {}) {
  new Store(folder).close();
  const db = new Database(path.join(folder, 'shopbell.sqlite'));
  db.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
     INSERT INTO turns (scope, session_id, fingerprint, user_message, client_source, state, response, accepted_ms)
     SELECT 's', 'x' || (i % 1000), 'f', printf('message %d %.80c', i, 'm'), 'w', 'answered', printf('%.200c', 'r'), ? + i * ? FROM n`,
  ).run(count, fromMs, everyMs);
  db.close();
}

test('what is counted is what is there, whatever was undone, repeated or there before', (t) => {
  const folder = temporaryFolder(t);
  seeded(folder, 10);
  const store = storeIn(t, folder);
  assert.deepEqual(store.upkeep.counts(), { sessions: 0, turns: 10, leads: 0 });
  const turnId = store.turns.accept(turn, 1_000);
  store.turns.accept({ ...turn, key: 'key' }, 1_000);
  assert.throws(() => store.turns.accept({ ...turn, key: 'key', sessionId: 'x' }, 1_000), /UNIQUE/);
  store.leads.save(turnId, 's', 'x', { kind: 'contact' }, 1_000);
  store.leads.save(turnId, 's', 'x', { kind: 'contact', name: 'Ann' }, 1_000);
  assert.deepEqual(store.upkeep.counts(), { sessions: 1, turns: 12, leads: 1 });
});

test('counting takes no longer where there is much', (t) => {
  const folder = temporaryFolder(t);
  seeded(folder, 300_000);
  const store = storeIn(t, folder);
  const db = new Database(path.join(folder, 'shopbell.sqlite'), { readonly: true });
  t.after(() => db.close());
  const scan = db.prepare('SELECT count(*) FROM turns');
  const millisecondsOf = (work) => {
    const times = Array.from({ length: 20 }, () => {
      const from = performance.now();
      work();
      return performance.now() - from;
    });
    return times.sort((a, b) => a - b)[10];
  };
  assert.equal(store.upkeep.counts().turns, 300_000);
  const [counted, scanned] = [millisecondsOf(() => store.upkeep.counts()), millisecondsOf(() => scan.get())];
  assert.ok(counted < scanned / 2, `${counted} ms beside ${scanned} ms of a scan`);
});

const dayMs = 86_400_000;

/** Pruning that begins at once. @returns {{passed: Promise<void>, lines: object[]}} */
function pruningOf(t, store, config, { now = Date.now, pauseMs = 0 } = {}) {
  const lines = [];
  const note = (fields, message) => lines.push({ ...fields, message });
  const log = { info: note, error: note };
  const settings = { keepDays: 30, storedBytesMax: 0, ...config };
  const pruning = new Pruning({ store, config: settings, log, now, everyMs: 1, pauseMs });
  t.after(() => pruning.stop());
  pruning.start();
  return lines;
}

test('what is older than its days goes, with its rows, leads and session, and nothing else', async (t) => {
  const folder = temporaryFolder(t);
  const store = storeIn(t, folder);
  const at = Date.now();
  const say = (sessionId, ms, n) => {
    const row = { id: `message-${n}`, voice: false, atMs: ms };
    const turnId = store.turns.accept({ ...turn, sessionId, row }, ms);
    store.leads.save(turnId, 's', sessionId, { kind: 'contact' }, ms);
    const said = { id: `said-${n}`, who: 'agent', text: 'x', state: 'done', at_ms: ms };
    store.conversations.saveRow('s', sessionId, said);
  };
  for (let n = 0; n < 120; n += 1) say('old', at - 31 * dayMs, n);
  say('both', at - 31 * dayMs, 1);
  say('both', at - 29 * dayMs, 2);
  say('new', at, 1);
  store.conversations.createSession({
    session: 'call',
    scope: 's',
    secret_hash: 'h',
    epoch: 1,
    created_ms: at - 40 * dayMs,
  });
  const lines = pruningOf(t, store, {});
  await until(() => lines.length > 0 && store.upkeep.counts().sessions === 2);
  assert.deepEqual(lines, [{ turns: 121, message: 'pruned' }]);
  assert.deepEqual(store.upkeep.counts(), { sessions: 2, turns: 2, leads: 2 });
  assert.deepEqual(store.conversations.rows('s', 'old', 500), []);
  assert.equal(store.conversations.rows('s', 'new', 500).length, 3);
});

test('a key goes when its day is over, whatever came before or after it', async (t) => {
  const folder = temporaryFolder(t);
  const store = storeIn(t, folder);
  const at = Date.now();
  const ages = [2, 2, 0.9, 2, -300, 1.1, ...Array(120).fill(0.1)];
  for (const [n, age] of ages.entries()) store.turns.accept({ ...turn, key: `key ${n}` }, at - age * dayMs);
  const db = new Database(path.join(folder, 'shopbell.sqlite'), { readonly: true });
  t.after(() => db.close());
  const keys = db
    .prepare('SELECT idempotency_key FROM turns WHERE idempotency_key IS NOT NULL ORDER BY id')
    .pluck();
  pruningOf(t, store, {}, { now: () => at });
  await until(() => keys.all().length === 122);
  assert.deepEqual(keys.all().slice(0, 2), ['key 2', 'key 4']);
});

test('near its bound the oldest go, and none of the last day does', async (t) => {
  const folder = temporaryFolder(t);
  const at = Date.now();
  seeded(folder, 4_000, { fromMs: at - 20 * dayMs, everyMs: dayMs / 200 });
  const bytes = new Store(folder).bytes();
  const bounded = new Store(folder, bytes);
  const ageOfOldest = () => {
    const db = new Database(path.join(folder, 'shopbell.sqlite'), { readonly: true });
    const oldest = db.prepare('SELECT min(accepted_ms) FROM turns').pluck().get();
    db.close();
    return (at - oldest) / dayMs;
  };
  let lines = pruningOf(t, bounded, { storedBytesMax: bytes });
  await until(() => lines.length > 0);
  assert.ok(
    bounded.bytes() <= 0.9 * bytes && bounded.bytes() > 0.8 * bytes,
    `${bounded.bytes()} of ${bytes}`,
  );
  assert.ok(ageOfOldest() > 10);
  const small = Math.floor(bytes / 50);
  lines = pruningOf(t, bounded, { storedBytesMax: small });
  await until(() => lines.length > 0, 20_000);
  assert.ok(ageOfOldest() > 0.9, `the oldest is ${ageOfOldest()} days old`);
  bounded.close();
});

test('past its bound a message is told to come again, and health says why', async (t) => {
  const folder = temporaryFolder(t);
  const storedBytesMax = 1_000_000;
  const store = new Store(folder, storedBytesMax);
  assert.throws(
    () => {
      for (;;) store.turns.accept({ ...turn, message: 'x'.repeat(1_000) }, Date.now());
    },
    { code: 'SQLITE_FULL' },
  );
  assert.ok(store.bytes() <= storedBytesMax + 4_096 && store.bytes() > 0.9 * storedBytesMax);
  store.close();
  const gateway = await gatewayFor(t, { dataDir: folder, storedBytesMax });
  assert.equal((await ask(gateway, 'x'.repeat(1_000))).status, 503);
  for (let n = 0; n < 2; n += 1) {
    const health = await fetch(gateway.url + apiPath);
    assert.equal(health.status, 503);
    assert.equal((await health.json()).why, 'the disk of DATA_DIR is full, or STORED_BYTES_MAX is reached');
    await pause(1_100);
  }
});

test('messages are answered while much is pruned', async (t) => {
  const folder = temporaryFolder(t);
  seeded(folder, 20_000);
  const gateway = await gatewayFor(t, { dataDir: folder });
  const store = storeIn(t, folder);
  const lines = pruningOf(t, store, {}, { pauseMs: 20 });
  for (let n = 0; n < 5; n += 1) assert.equal((await ask(gateway, 'hello')).status, 200);
  assert.deepEqual(lines, []);
  assert.ok(
    store.upkeep.counts().turns < 20_000 && store.upkeep.counts().turns > 10_000,
    `${store.upkeep.counts().turns} are left`,
  );
});

test('a clock that is a year ahead takes nothing with it', async (t) => {
  const store = storeIn(t, temporaryFolder(t));
  let ahead = 0;
  store.turns.accept(turn, Date.now());
  const lines = pruningOf(t, store, {}, { now: () => Date.now() + ahead });
  ahead = 366 * dayMs;
  await pause(100);
  assert.deepEqual(lines, []);
  assert.equal(store.upkeep.counts().turns, 1);
});
