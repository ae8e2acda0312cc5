// Everything that must survive a SIGKILL: sessions, turns and leads in one SQLite file (WAL, synchronous=FULL).
//
// A turn's life. It is inserted as `running` before the first byte of an answer leaves; that insert is what
// acknowledges the shopper's message. It ends as `answered` or `failed` in one transaction with its answer and the
// dialogue state. A turn still `running` when the gateway starts was cut by a crash: it becomes `cut`. A retried key
// finds its turn in any of these states and, when there is no answer, has it produced again under the same row.
//
// Conversations on sockets have rows too: what the page shows, in order. A message's row and its reply's take their
// text from the turn, unless they have one of their own (a spoken reply that was cut keeps what was heard).
import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { privateFile } from '../running/data_folder.mjs';
import { ConfigError } from '../settings/config.mjs';
import { asCard } from './card.mjs';

const keyLifeMs = 24 * 3_600_000;
const schemaVersion = 2;
const cutMessageAgeMaxMs = 15 * 60_000;

const schema = `
  CREATE TABLE sessions (
    scope TEXT NOT NULL, session_id TEXT NOT NULL, created_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
    dialogue TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (scope, session_id)) WITHOUT ROWID;
  CREATE TABLE turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, session_id TEXT NOT NULL,
    idempotency_key TEXT, fingerprint TEXT NOT NULL, user_message TEXT NOT NULL, image TEXT, mode TEXT,
    client_source TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('running', 'answered', 'failed', 'cut')),
    attempt INTEGER NOT NULL DEFAULT 1, response TEXT, events TEXT, tokens INTEGER NOT NULL DEFAULT 0,
    accepted_ms INTEGER NOT NULL, finished_ms INTEGER);
  CREATE UNIQUE INDEX turns_by_key ON turns (scope, session_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
  CREATE INDEX turns_by_session ON turns (scope, session_id, accepted_ms);
  CREATE INDEX turns_by_time ON turns (accepted_ms);
  CREATE TABLE leads (
    id INTEGER PRIMARY KEY AUTOINCREMENT, turn_id INTEGER NOT NULL UNIQUE REFERENCES turns (id),
    scope TEXT NOT NULL, session_id TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('trade_in', 'contact')),
    device TEXT, condition TEXT, value_sgd INTEGER, name TEXT, email TEXT, phone TEXT, notes TEXT,
    created_ms INTEGER NOT NULL);`;

/** What each version adds to the one before it. */
const migrations = [
  schema,
  `
  ALTER TABLE sessions ADD COLUMN secret_hash TEXT;
  ALTER TABLE sessions ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE turns ADD COLUMN stopped INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE rows (
    n INTEGER PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, session_id TEXT NOT NULL, row_id TEXT NOT NULL,
    who TEXT NOT NULL CHECK (who IN ('self', 'agent', 'person', 'system')), turn_id INTEGER REFERENCES turns (id),
    text TEXT, state TEXT NOT NULL DEFAULT 'done', at_ms INTEGER NOT NULL, voice INTEGER NOT NULL DEFAULT 0,
    products TEXT);
  CREATE UNIQUE INDEX rows_by_id ON rows (scope, session_id, row_id);
  CREATE INDEX rows_by_session ON rows (scope, session_id, n);
  CREATE INDEX rows_by_turn ON rows (turn_id);
  CREATE INDEX sessions_by_id ON sessions (session_id);`,
];

/** Keys are scoped by API key; the database holds a hash of it, never the key. */
export const scopeOf = (apiKey) => createHash('sha256').update(apiKey).digest('hex').slice(0, 16);

/**
 * How many there are of each, kept by the connection that writes: to count them takes longer the more there are, and anybody may ask. In memory
 * (`temp`), and right after whatever a transaction did or did not do.
 */
const counted = ['sessions', 'turns', 'leads'];
const counters = `
  CREATE TEMP TABLE counts (what TEXT PRIMARY KEY, n INTEGER NOT NULL);
  ${counted
    .map(
      (table) => `
  INSERT INTO counts SELECT '${table}', count(*) FROM ${table};
  CREATE TEMP TRIGGER ${table}_more AFTER INSERT ON main.${table}
    BEGIN UPDATE counts SET n = n + 1 WHERE what = '${table}'; END;
  CREATE TEMP TRIGGER ${table}_fewer AFTER DELETE ON main.${table}
    BEGIN UPDATE counts SET n = n - 1 WHERE what = '${table}'; END;`,
    )
    .join('')}`;

/** Beside the schema, since no older gateway minds them. */
const extras = `
  CREATE TABLE IF NOT EXISTS probe (n INTEGER PRIMARY KEY CHECK (n = 1), filler BLOB);`;
// As much as a message with its answer: what has failed leaves room in the log that something smaller would still find.
const probeBytes = 65_536;
const probeLifeMs = 1_000;

/**
 * @typedef {object} TurnRow
 * @property {number} id
 * @property {'running'|'answered'|'failed'|'cut'} state
 * @property {number} attempt
 * @property {string} fingerprint
 * @property {string|null} response
 * @property {string|null} events JSON list of what was streamed; kept as long as the key
 */

export class Store {
  #db;
  #statements = new Map();
  #probed = { atMs: -Infinity, why: null };

  /** @param {string} dataDir a folder, made when missing, or `:memory:` @param {number} [bytesMax] of the file; 0: no bound */
  constructor(dataDir, bytesMax = 0) {
    this.#db = new Database(dataDir === ':memory:' ? ':memory:' : privateFile(dataDir, 'shopbell.sqlite'));
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = FULL');
    this.#db.pragma('foreign_keys = ON');
    if (bytesMax > 0)
      this.#db.pragma(
        `max_page_count = ${Math.ceil(bytesMax / this.#db.pragma('page_size', { simple: true }))}`,
      );
    const version = this.#db.pragma('user_version', { simple: true });
    if (version > schemaVersion) {
      this.#db.close();
      throw new ConfigError(
        `${dataDir} was written by a newer Shopbell (schema ${version}); use that version or another DATA_DIR`,
      );
    }
    this.#db.transaction(() => {
      for (const migration of migrations.slice(version)) this.#db.exec(migration);
      this.#db.pragma(`user_version = ${schemaVersion}`);
      this.#db.exec(extras);
    })();
    this.#db.pragma('temp_store = MEMORY');
    this.#db.exec(counters);
  }

  #run(sql, ...values) {
    return this.#statement(sql).run(...values);
  }

  #get(sql, ...values) {
    return this.#statement(sql).get(...values);
  }

  #statement(sql) {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  /** Called once at start: what a crash left running was cut. @returns {number} how many */
  markCutTurns() {
    return this.#run(`UPDATE turns SET state = 'cut' WHERE state = 'running'`).changes;
  }

  /** @returns {TurnRow|undefined} the turn that this key stands for, if it is younger than 24 h */
  findByKey(scope, sessionId, key, nowMs) {
    this.#run(
      `UPDATE turns SET idempotency_key = NULL, events = NULL
       WHERE scope = ? AND session_id = ? AND idempotency_key = ? AND accepted_ms <= ?`,
      scope,
      sessionId,
      key,
      nowMs - keyLifeMs,
    );
    return this.#get(
      `SELECT id, state, attempt, fingerprint, response, events FROM turns
       WHERE scope = ? AND session_id = ? AND idempotency_key = ?`,
      scope,
      sessionId,
      key,
    );
  }

  /** Stores the shopper's message. When this returns, it is on the disk. @returns {number} the turn's id */
  acceptTurn(turn, nowMs) {
    return this.#db.transaction(() => {
      this.#run(
        `INSERT INTO sessions (scope, session_id, created_ms, last_ms) VALUES (?, ?, ?, ?)
         ON CONFLICT (scope, session_id) DO UPDATE SET last_ms = excluded.last_ms`,
        turn.scope,
        turn.sessionId,
        nowMs,
        nowMs,
      );
      const turnId = Number(
        this.#run(
          `INSERT INTO turns (scope, session_id, idempotency_key, fingerprint, user_message, image, mode, client_source,
           state, accepted_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?)`,
          turn.scope,
          turn.sessionId,
          turn.key,
          turn.fingerprint,
          turn.message,
          turn.image,
          turn.mode,
          turn.clientSource,
          nowMs,
        ).lastInsertRowid,
      );
      if (turn.row) this.#insertMessageRows(turn, turnId);
      return turnId;
    })();
  }

  #insertMessageRows({ scope, sessionId, row }, turnId) {
    for (const [id, who] of [
      [row.id, 'self'],
      [`${row.id}.reply`, 'agent'],
    ])
      this.#run(
        `INSERT INTO rows (scope, session_id, row_id, who, turn_id, at_ms, voice) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (scope, session_id, row_id) DO UPDATE SET turn_id = excluded.turn_id`,
        scope,
        sessionId,
        id,
        who,
        turnId,
        row.atMs,
        row.voice ? 1 : 0,
      );
  }

  /** A turn without an answer is tried again. @returns {number} the number of the new attempt */
  restartTurn(turnId) {
    return this.#get(
      `UPDATE turns SET state = 'running', attempt = attempt + 1, finished_ms = NULL WHERE id = ? RETURNING attempt`,
      turnId,
    ).attempt;
  }

  /** The answer and the state that the next turn continues from, together or not at all. */
  answerTurn(
    { turnId, scope, sessionId, response, events, tokens, dialogue = null, stopped = false },
    nowMs,
  ) {
    const products = events.filter(({ event }) => event === 'products').flatMap(({ data }) => data.products);
    this.#db.transaction(() => {
      if (products.length > 0)
        this.#run(
          `UPDATE rows SET products = ? WHERE turn_id = ? AND who = 'agent'`,
          JSON.stringify(products),
          turnId,
        );
      this.#run(
        `UPDATE turns SET state = 'answered', response = ?, tokens = tokens + ?, finished_ms = ?, stopped = ?,
           events = CASE WHEN idempotency_key IS NULL THEN NULL ELSE ? END WHERE id = ?`,
        response,
        tokens,
        nowMs,
        stopped ? 1 : 0,
        JSON.stringify(events),
        turnId,
      );
      // What was stopped changes nothing about what the dialogue was at.
      this.#run(
        `UPDATE sessions SET dialogue = coalesce(?, dialogue), last_ms = ? WHERE scope = ? AND session_id = ?`,
        stopped ? null : JSON.stringify(dialogue ?? {}),
        nowMs,
        scope,
        sessionId,
      );
    })();
  }

  /** @param {'failed'|'cut'} state */
  endTurnWithoutAnswer(turnId, state, tokens, nowMs) {
    this.#run(
      `UPDATE turns SET state = ?, tokens = tokens + ?, finished_ms = ? WHERE id = ?`,
      state,
      tokens,
      nowMs,
      turnId,
    );
  }

  dialogue(scope, sessionId) {
    const row = this.#get(
      `SELECT dialogue FROM sessions WHERE scope = ? AND session_id = ?`,
      scope,
      sessionId,
    );
    return row ? JSON.parse(row.dialogue) : {};
  }

  /** One lead a turn: an answer that is produced again writes the same row. */
  saveLead(turnId, scope, sessionId, lead, nowMs) {
    const text = (value) => (typeof value === 'string' && value !== '' ? value.slice(0, 1000) : null);
    this.#run(
      `INSERT INTO leads (turn_id, scope, session_id, kind, device, condition, value_sgd, name, email, phone, notes, created_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (turn_id) DO UPDATE SET kind = excluded.kind, device = excluded.device,
         condition = excluded.condition, value_sgd = excluded.value_sgd, name = excluded.name,
         email = excluded.email, phone = excluded.phone, notes = excluded.notes`,
      turnId,
      scope,
      sessionId,
      lead.kind,
      text(lead.device),
      text(lead.condition),
      lead.valueSgd ?? null,
      text(lead.name),
      text(lead.email),
      text(lead.phone),
      text(lead.notes),
      nowMs,
    );
  }

  // Conversations on sockets.

  createSession({ session, scope, secret_hash, epoch, created_ms }) {
    this.#run(
      `INSERT INTO sessions (scope, session_id, created_ms, last_ms, secret_hash, epoch) VALUES (?, ?, ?, ?, ?, ?)`,
      scope,
      session,
      created_ms,
      created_ms,
      secret_hash,
      epoch,
    );
  }

  saveEpoch({ session, scope, epoch }) {
    this.#run(`UPDATE sessions SET epoch = ? WHERE scope = ? AND session_id = ?`, epoch, scope, session);
  }

  /** @returns {{secretHash: string, epoch: number, createdMs: number}|undefined} */
  socketSession(scope, session) {
    return this.#get(
      `SELECT secret_hash AS secretHash, epoch, created_ms AS createdMs FROM sessions
       WHERE scope = ? AND session_id = ? AND secret_hash IS NOT NULL`,
      scope,
      session,
    );
  }

  /** @returns {string|undefined} the scope of a session on sockets, whose ids the gateway makes */
  scopeOfSession(session) {
    return this.#get(`SELECT scope FROM sessions WHERE session_id = ? AND secret_hash IS NOT NULL`, session)
      ?.scope;
  }

  /** The last rows of a session, oldest first, in the registry's form and with their turn. */
  rows(scope, session, max) {
    const found = this.#statement(
      `SELECT r.row_id, r.who, r.text, r.state, r.at_ms, r.voice, r.products, r.turn_id,
         t.user_message, t.response, t.state AS turn_state, t.stopped
       FROM rows r LEFT JOIN turns t ON t.id = r.turn_id
       WHERE r.scope = ? AND r.session_id = ? ORDER BY r.n DESC LIMIT ?`,
    ).all(scope, session, max);
    return found.reverse().map(asRow);
  }

  /** Writes a row that belongs to no turn, or the text that a turn's row has of its own. @returns {object} the row */
  saveRow(scope, session, row) {
    this.#run(
      `INSERT INTO rows (scope, session_id, row_id, who, text, state, at_ms, voice) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (scope, session_id, row_id) DO UPDATE SET text = excluded.text, state = excluded.state`,
      scope,
      session,
      row.id,
      row.who,
      row.text,
      row.state,
      row.at_ms,
      row.voice ? 1 : 0,
    );
    const found = this.#get(
      `SELECT at_ms, voice, products FROM rows WHERE scope = ? AND session_id = ? AND row_id = ?`,
      scope,
      session,
      row.id,
    );
    return {
      ...row,
      at_ms: found.at_ms,
      voice: found.voice === 1,
      products: JSON.parse(found.products ?? '[]').map(asCard),
    };
  }

  /** @returns {{turnId: number|null, message: string, state: string|null, attempt: number|null, atMs: number}|undefined} a message by its row's id */
  findMessage(scope, session, id) {
    return this.#get(
      `SELECT r.turn_id AS turnId, coalesce(t.user_message, r.text) AS message, t.state AS state, t.attempt AS attempt,
         r.at_ms AS atMs
       FROM rows r LEFT JOIN turns t ON t.id = r.turn_id
       WHERE r.scope = ? AND r.session_id = ? AND r.row_id = ? AND r.who = 'self'`,
      scope,
      session,
      id,
    );
  }

  /** Messages on sockets that a crash left without an answer, not long ago. */
  cutMessages(nowMs) {
    return this.#statement(
      `SELECT t.id AS turnId, t.scope, t.session_id AS sessionId, t.user_message AS message,
         t.client_source AS clientSource, t.attempt AS attempt, r.row_id AS id, r.voice
       FROM turns t JOIN rows r ON r.turn_id = t.id AND r.who = 'self'
       WHERE t.state = 'cut' AND t.accepted_ms > ? ORDER BY t.id`,
    ).all(nowMs - cutMessageAgeMaxMs);
  }

  /** Attempts at answers, but those of a clock that was ahead for a moment; `oldestMs`: when the first of their messages came. */
  turnsSince(scope, sessionId, sinceMs, nowMs) {
    return this.#get(
      `SELECT coalesce(sum(attempt), 0) AS count, min(accepted_ms) AS oldestMs FROM turns
       WHERE scope = ? AND session_id = ? AND accepted_ms > ? AND accepted_ms <= ?`,
      scope,
      sessionId,
      sinceMs,
      nowMs,
    );
  }

  /** @returns {{sessions: number, turns: number, leads: number}} */
  counts() {
    const rows = this.#statement(`SELECT what, n FROM counts`).all();
    return Object.fromEntries(rows.map(({ what, n }) => [what, n]));
  }

  /**
   * Whether a message could be stored now: tried, since a full disk shows nowhere else, and at most once a second, since anybody may ask.
   * @returns {string|null} why not
   */
  trouble(nowMs) {
    const ageMs = nowMs - this.#probed.atMs;
    if (ageMs >= 0 && ageMs < probeLifeMs) return this.#probed.why;
    let why = null;
    try {
      this.#run(`INSERT OR REPLACE INTO probe (n, filler) VALUES (1, randomblob(?))`, probeBytes);
      this.#run(`DELETE FROM probe`); // what it took is free for messages, and it finds no place of its own next time
    } catch (error) {
      why = troubleWords[error.code] ?? `the store takes nothing: ${error.code ?? error.message}`;
    }
    this.#probed = { atMs: nowMs, why };
    return why;
  }

  /**
   * Of the next turns after that one, keys past their day let go of the streamed events that were kept for replay.
   * @returns {{after: number, old: boolean}|null} how far it came, and whether all of them were old; null: to the end
   */
  dropOldKeys(after, nowMs, max) {
    return this.#db.transaction(() => {
      const next = this.#statement(
        `SELECT id, accepted_ms AS acceptedMs FROM turns WHERE id > ? ORDER BY id LIMIT ?`,
      ).all(after, max);
      if (next.length === 0) return null;
      const last = next.at(-1).id;
      const beforeMs = nowMs - keyLifeMs;
      this.#run(
        `UPDATE turns SET idempotency_key = NULL, events = NULL
         WHERE id > ? AND id <= ? AND idempotency_key IS NOT NULL AND accepted_ms <= ?`,
        after,
        last,
        beforeMs,
      );
      return { after: last, old: next.every(({ acceptedMs }) => acceptedMs <= beforeMs) };
    })();
  }

  /** Of the file, less what is free in it. */
  bytes() {
    const [pages, free, pageBytes] = ['page_count', 'freelist_count', 'page_size'].map((name) =>
      this.#db.pragma(name, { simple: true }),
    );
    return (pages - free) * pageBytes;
  }

  /** The oldest turns of before that time, with all that hangs on them. @returns {number} how many, at most `max` */
  pruneTurns(beforeMs, max) {
    return this.#db.transaction(() => {
      const ids = this.#statement(`SELECT id FROM turns WHERE accepted_ms < ? ORDER BY accepted_ms LIMIT ?`)
        .pluck()
        .all(beforeMs, max);
      for (const id of ids) {
        this.#run(`DELETE FROM leads WHERE turn_id = ?`, id);
        this.#run(`DELETE FROM rows WHERE turn_id = ?`, id);
        this.#run(`DELETE FROM turns WHERE id = ?`, id);
      }
      return ids.length;
    })();
  }

  /**
   * Of the next sessions in their order, those that were not used since: first their rows, then themselves.
   * @param {{scope: string, session_id: string}|null} after null: from the first
   * @returns {{scope: string, session_id: string}|null} how far it came; null: to the end
   */
  pruneSessions(after, beforeMs, max) {
    return this.#db.transaction(() => {
      const { scope = '', session_id = '' } = after ?? {};
      const next = this.#statement(
        `SELECT scope, session_id, last_ms FROM sessions WHERE (scope, session_id) > (?, ?)
         ORDER BY scope, session_id LIMIT ?`,
      ).all(scope, session_id, max);
      let reached = after;
      let left = max;
      for (const session of next) {
        const key = [session.scope, session.session_id];
        if (session.last_ms < beforeMs) {
          left -= this.#run(
            `DELETE FROM rows WHERE n IN (SELECT n FROM rows WHERE scope = ? AND session_id = ? LIMIT ?)`,
            ...key,
            left,
          ).changes;
          if (left <= 0) return reached ?? { scope: '', session_id: '' };
          this.#run(`DELETE FROM sessions WHERE scope = ? AND session_id = ?`, ...key);
        }
        reached = session;
      }
      return next.length < max ? null : reached;
    })();
  }

  close() {
    this.#db.close();
  }
}

const troubleWords = {
  SQLITE_FULL: 'the disk of DATA_DIR is full, or STORED_BYTES_MAX is reached',
  SQLITE_READONLY: 'the store is read-only',
};

const replyStates = { running: 'streaming', answered: 'done', failed: 'broken', cut: 'broken' };

function asRow(found) {
  const { row_id: id, who, at_ms, turn_id: turnId } = found;
  const row = {
    ...{ id, who, at_ms, turnId, text: found.text, state: found.state, voice: found.voice === 1 },
    products: JSON.parse(found.products ?? '[]').map(asCard),
  };
  if (turnId === null || found.text !== null) return row;
  if (who === 'self') return { ...row, text: found.user_message };
  const state = found.stopped === 1 ? 'stopped' : replyStates[found.turn_state];
  return { ...row, text: found.response ?? '', state };
}
