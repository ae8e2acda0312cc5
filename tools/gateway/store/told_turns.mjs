// Turns that others tell of: what was said in a call that an agent elsewhere held, and what a form brought. They lie among the session's turns,
// so that whoever reads those sees all that was said; no attempt at an answer was made here, and none is counted.
import { createHash } from 'node:crypto';
import { sessionOf } from './call_rooms.mjs';

// A turn without a name that is told again so soon, with nothing between, is the same one.
const sameWithinMs = 120_000;

const source = 'call';
// No page can choose such keys: theirs have no spaces.
const callKey = (name) => `call ${name}`;
export const contactKey = (name) => `contact ${name}`;

export const fingerprintOf = (...texts) => createHash('sha256').update(JSON.stringify(texts)).digest('hex');

export class ToldTurns {
  #db;

  /** @param {import('./database.mjs').Database} db */
  constructor(db) {
    this.#db = db;
  }

  /**
   * A turn of a call, once. The same turn is that of the same name in its session, for 24 hours; without names, that of the same texts told
   * within two minutes with no other turn of its call between.
   * @param {{room: string, scope: string, name: string|null, message: string, response: string}} told scope: where the session is not known
   * @returns {{id: number, index: number}|{conflict: true}} index: its place among the session's turns, from 1
   */
  ofCall({ room, scope: unknownScope, name, message, response }, nowMs) {
    return this.#db.transaction(() => {
      const { scope, sessionId } = this.sessionOf(room, unknownScope);
      const key = name === null ? null : callKey(name);
      const fingerprint = fingerprintOf(source, message, response);
      const known = key === null ? this.#last(scope, sessionId) : this.named({ scope, sessionId, key });
      const isSame = known?.fingerprint === fingerprint;
      if (known && key !== null && !isSame) return { conflict: true };
      const isAgain = known && isSame && (key !== null || nowMs - known.acceptedMs < sameWithinMs);
      const turn = { scope, sessionId, key, fingerprint, message, response, source, mode: 'voice' };
      const id = isAgain ? known.id : this.add(turn, nowMs);
      return { id, index: this.#index(scope, sessionId, id) };
    });
  }

  /** One that is answered already. @returns {number} its id */
  add({ scope, sessionId, key, fingerprint, message, response, source: from, mode }, nowMs) {
    this.#db.run(
      `INSERT INTO sessions (scope, session_id, created_ms, last_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (scope, session_id) DO UPDATE SET last_ms = excluded.last_ms`,
      scope,
      sessionId,
      nowMs,
      nowMs,
    );
    const { lastInsertRowid } = this.#db.run(
      `INSERT INTO turns (scope, session_id, idempotency_key, fingerprint, user_message, response, mode, client_source, state, attempt,
         accepted_ms, finished_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'answered', 0, ?, ?)`,
      ...[scope, sessionId, key, fingerprint, message, response, mode, from, nowMs, nowMs],
    );
    return Number(lastInsertRowid);
  }

  /** The session whose room it is, so that what was typed and what was spoken is one conversation. @returns {{scope: string, sessionId: string}} */
  sessionOf(room, unknownScope) {
    return (
      this.#db.get(
        `SELECT scope, session_id AS sessionId FROM sessions WHERE session_id IN (?, ?) ORDER BY created_ms LIMIT 1`,
        room,
        sessionOf(room),
      ) ?? { scope: unknownScope, sessionId: sessionOf(room) }
    );
  }

  /** @returns {{id: number, fingerprint: string, acceptedMs: number}|undefined} */
  named({ scope, sessionId, key }) {
    return this.#db.get(
      `SELECT id, fingerprint, accepted_ms AS acceptedMs FROM turns
       WHERE scope = ? AND session_id = ? AND idempotency_key = ?`,
      scope,
      sessionId,
      key,
    );
  }

  #last(scope, sessionId) {
    return this.#db.get(
      `SELECT id, fingerprint, accepted_ms AS acceptedMs FROM turns
       WHERE scope = ? AND session_id = ? AND client_source = '${source}' ORDER BY accepted_ms DESC, id DESC LIMIT 1`,
      scope,
      sessionId,
    );
  }

  #index(scope, sessionId, id) {
    return this.#db.get(
      `SELECT count(*) AS n FROM turns WHERE scope = ? AND session_id = ? AND id <= ?`,
      scope,
      sessionId,
      id,
    ).n;
  }
}
