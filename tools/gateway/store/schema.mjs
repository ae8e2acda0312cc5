// The tables, as they grew from version to version, and what stands beside them.

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
export const migrations = [
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

/**
 * How many there are of each, kept by the connection that writes: to count them takes longer the more there are, and anybody may ask. In memory
 * (`temp`), and right after whatever a transaction did or did not do.
 */
const counted = ['sessions', 'turns', 'leads'];
export const counters = `
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
export const extras = `
  CREATE TABLE IF NOT EXISTS probe (n INTEGER PRIMARY KEY CHECK (n = 1), filler BLOB);
  CREATE TABLE IF NOT EXISTS call_secrets (
    secret_hash TEXT PRIMARY KEY, asked TEXT NOT NULL, room TEXT NOT NULL, key_hash TEXT, last_ms INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS call_secrets_by_asked ON call_secrets (asked);
  CREATE INDEX IF NOT EXISTS call_secrets_by_room ON call_secrets (room);
  CREATE INDEX IF NOT EXISTS call_secrets_by_time ON call_secrets (last_ms);
  CREATE TABLE IF NOT EXISTS trade_ins (
    turn_id INTEGER PRIMARY KEY, lead_id TEXT NOT NULL UNIQUE, room TEXT NOT NULL, scope TEXT NOT NULL, session_id TEXT NOT NULL,
    fields TEXT NOT NULL, status TEXT NOT NULL, summary TEXT, submitted_ms INTEGER);
  CREATE INDEX IF NOT EXISTS trade_ins_by_room ON trade_ins (room);`;
