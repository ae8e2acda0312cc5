// The store by itself: what it counts, forgets and refuses.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { Store } from '../../tools/gateway/store.mjs';
import { temporaryFolder } from './helpers.mjs';

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
  assert.deepEqual(store.counts(), { sessions: 0, turns: 10, leads: 0 });
  const turnId = store.acceptTurn(turn, 1_000);
  store.acceptTurn({ ...turn, key: 'key' }, 1_000);
  assert.throws(() => store.acceptTurn({ ...turn, key: 'key', sessionId: 'x' }, 1_000), /UNIQUE/);
  store.saveLead(turnId, 's', 'x', { kind: 'contact' }, 1_000);
  store.saveLead(turnId, 's', 'x', { kind: 'contact', name: 'Ann' }, 1_000);
  assert.deepEqual(store.counts(), { sessions: 1, turns: 12, leads: 1 });
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
  assert.equal(store.counts().turns, 300_000);
  const [counted, scanned] = [millisecondsOf(() => store.counts()), millisecondsOf(() => scan.get())];
  assert.ok(counted < scanned / 2, `${counted} ms beside ${scanned} ms of a scan`);
});
