// Turns: what was said, what was answered, and the dialogue state that the next one continues from.
//
// A turn's life. It is inserted as `running` before the first byte of an answer leaves; that insert is what
// acknowledges the shopper's message. It ends as `answered` or `failed` in one transaction with its answer and the
// dialogue state. A turn still `running` when the gateway starts was cut by a crash: it becomes `cut`. A retried key
// finds its turn in any of these states and, when there is no answer, has it produced again under the same row.

export const keyLifeMs = 24 * 3_600_000;

/**
 * @typedef {object} TurnRow
 * @property {number} id
 * @property {'running'|'answered'|'failed'|'cut'} state
 * @property {number} attempt
 * @property {string} fingerprint
 * @property {string|null} response
 * @property {string|null} events JSON list of what was streamed; kept as long as the key
 */

export class StoredTurns {
  #db;

  /** @param {import('./database.mjs').Database} db */
  constructor(db) {
    this.#db = db;
  }

  /** Called once at start: what a crash left running was cut. @returns {number} how many */
  markCut() {
    return this.#db.run(`UPDATE turns SET state = 'cut' WHERE state = 'running'`).changes;
  }

  /** @returns {TurnRow|undefined} the turn that this key stands for, if it is younger than 24 h */
  findByKey(scope, sessionId, key, nowMs) {
    this.#db.run(
      `UPDATE turns SET idempotency_key = NULL, events = NULL
       WHERE scope = ? AND session_id = ? AND idempotency_key = ? AND accepted_ms <= ?`,
      scope,
      sessionId,
      key,
      nowMs - keyLifeMs,
    );
    return this.#db.get(
      `SELECT id, state, attempt, fingerprint, response, events FROM turns
       WHERE scope = ? AND session_id = ? AND idempotency_key = ?`,
      scope,
      sessionId,
      key,
    );
  }

  /** Stores the shopper's message. When this returns, it is on the disk. @returns {number} the turn's id */
  accept(turn, nowMs) {
    return this.#db.transaction(() => {
      this.#db.run(
        `INSERT INTO sessions (scope, session_id, created_ms, last_ms) VALUES (?, ?, ?, ?)
         ON CONFLICT (scope, session_id) DO UPDATE SET last_ms = excluded.last_ms`,
        turn.scope,
        turn.sessionId,
        nowMs,
        nowMs,
      );
      const turnId = Number(
        this.#db.run(
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
    });
  }

  #insertMessageRows({ scope, sessionId, row }, turnId) {
    for (const [id, who] of [
      [row.id, 'self'],
      [`${row.id}.reply`, 'agent'],
    ])
      this.#db.run(
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

  /** Whether anything was said in the session before. */
  hasAny(scope, sessionId) {
    return Boolean(
      this.#db.get(`SELECT 1 FROM turns WHERE scope = ? AND session_id = ? LIMIT 1`, scope, sessionId),
    );
  }

  /** A turn without an answer is tried again. @returns {number} the number of the new attempt */
  restart(turnId) {
    return this.#db.get(
      `UPDATE turns SET state = 'running', attempt = attempt + 1, finished_ms = NULL WHERE id = ? RETURNING attempt`,
      turnId,
    ).attempt;
  }

  /** The answer and the state that the next turn continues from, together or not at all. */
  answer({ turnId, scope, sessionId, response, events, tokens, dialogue = null, stopped = false }, nowMs) {
    const products = events.filter(({ event }) => event === 'products').flatMap(({ data }) => data.products);
    this.#db.transaction(() => {
      if (products.length > 0)
        this.#db.run(
          `UPDATE rows SET products = ? WHERE turn_id = ? AND who = 'agent'`,
          JSON.stringify(products),
          turnId,
        );
      this.#db.run(
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
      this.#db.run(
        `UPDATE sessions SET dialogue = coalesce(?, dialogue), last_ms = ? WHERE scope = ? AND session_id = ?`,
        stopped ? null : JSON.stringify(dialogue ?? {}),
        nowMs,
        scope,
        sessionId,
      );
    });
  }

  /** What was heard of an answer takes the place of what was made. */
  heard(turnId, response) {
    this.#db.run(
      `UPDATE turns SET response = ?, stopped = 1 WHERE id = ? AND state = 'answered'`,
      response,
      turnId,
    );
  }

  /** @returns {{message: string, response: string}[]} the newest `max` that were answered, the oldest of them first */
  lastOf(scope, sessionId, max) {
    return this.#db
      .all(
        `SELECT user_message AS message, response FROM turns WHERE scope = ? AND session_id = ? AND state = 'answered'
         ORDER BY accepted_ms DESC, id DESC LIMIT ?`,
        scope,
        sessionId,
        max,
      )
      .reverse();
  }

  /** @param {'failed'|'cut'} state */
  endWithoutAnswer(turnId, state, tokens, nowMs) {
    this.#db.run(
      `UPDATE turns SET state = ?, tokens = tokens + ?, finished_ms = ? WHERE id = ?`,
      state,
      tokens,
      nowMs,
      turnId,
    );
  }

  dialogue(scope, sessionId) {
    const row = this.#db.get(
      `SELECT dialogue FROM sessions WHERE scope = ? AND session_id = ?`,
      scope,
      sessionId,
    );
    return row ? JSON.parse(row.dialogue) : {};
  }

  /** Attempts at answers, but those of a clock that was ahead for a moment; `oldestMs`: when the first of their messages came. */
  since(scope, sessionId, sinceMs, nowMs) {
    return this.#db.get(
      `SELECT coalesce(sum(attempt), 0) AS count, min(accepted_ms) AS oldestMs FROM turns
       WHERE scope = ? AND session_id = ? AND accepted_ms > ? AND accepted_ms <= ? AND attempt > 0`,
      scope,
      sessionId,
      sinceMs,
      nowMs,
    );
  }
}
