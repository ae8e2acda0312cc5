// Conversations on sockets: their sessions, and their rows, which are what the page shows, in order. A message's row and
// its reply's take their text from the turn, unless they have one of their own (a spoken reply that was cut keeps what
// was heard).
import { asCard } from './card.mjs';

const cutMessageAgeMaxMs = 15 * 60_000;

export class StoredConversations {
  #db;

  /** @param {import('./database.mjs').Database} db */
  constructor(db) {
    this.#db = db;
  }

  createSession({ session, scope, secret_hash, epoch, created_ms }) {
    this.#db.run(
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
    this.#db.run(`UPDATE sessions SET epoch = ? WHERE scope = ? AND session_id = ?`, epoch, scope, session);
  }

  /** @returns {{secretHash: string, epoch: number, createdMs: number}|undefined} */
  findSession(scope, session) {
    return this.#db.get(
      `SELECT secret_hash AS secretHash, epoch, created_ms AS createdMs FROM sessions
       WHERE scope = ? AND session_id = ? AND secret_hash IS NOT NULL`,
      scope,
      session,
    );
  }

  /** @returns {string|undefined} the scope of a session on sockets, whose ids the gateway makes */
  scopeOfSession(session) {
    return this.#db.get(
      `SELECT scope FROM sessions WHERE session_id = ? AND secret_hash IS NOT NULL`,
      session,
    )?.scope;
  }

  /** The last rows of a session, oldest first, in the registry's form and with their turn. */
  rows(scope, session, max) {
    const found = this.#db.all(
      `SELECT r.row_id, r.who, r.text, r.state, r.at_ms, r.voice, r.products, r.turn_id,
         t.user_message, t.response, t.state AS turn_state, t.stopped
       FROM rows r LEFT JOIN turns t ON t.id = r.turn_id
       WHERE r.scope = ? AND r.session_id = ? ORDER BY r.n DESC LIMIT ?`,
      scope,
      session,
      max,
    );
    return found.reverse().map(asRow);
  }

  /** Writes a row that belongs to no turn, or the text that a turn's row has of its own. @returns {object} the row */
  saveRow(scope, session, row) {
    this.#db.run(
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
    const found = this.#db.get(
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
    return this.#db.get(
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
    return this.#db.all(
      `SELECT t.id AS turnId, t.scope, t.session_id AS sessionId, t.user_message AS message,
         t.client_source AS clientSource, t.attempt AS attempt, r.row_id AS id, r.voice
       FROM turns t JOIN rows r ON r.turn_id = t.id AND r.who = 'self'
       WHERE t.state = 'cut' AND t.accepted_ms > ? ORDER BY t.id`,
      nowMs - cutMessageAgeMaxMs,
    );
  }
}

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
