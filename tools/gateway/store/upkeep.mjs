// What keeps the store well: how much there is, whether it takes what comes, and what goes when its time is over.
import { keyLifeMs } from './turns.mjs';

// As much as a message with its answer: what has failed leaves room in the log that something smaller would still find.
const probeBytes = 65_536;
const probeLifeMs = 1_000;

export class Upkeep {
  #db;
  #probed = { atMs: -Infinity, why: null };

  /** @param {import('./database.mjs').Database} db */
  constructor(db) {
    this.#db = db;
  }

  /** @returns {{sessions: number, turns: number, leads: number}} */
  counts() {
    const rows = this.#db.all(`SELECT what, n FROM counts`);
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
      this.#db.run(`INSERT OR REPLACE INTO probe (n, filler) VALUES (1, randomblob(?))`, probeBytes);
      this.#db.run(`DELETE FROM probe`); // what it took is free for messages, and it finds no place of its own next time
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
      const next = this.#db.all(
        `SELECT id, accepted_ms AS acceptedMs FROM turns WHERE id > ? ORDER BY id LIMIT ?`,
        after,
        max,
      );
      if (next.length === 0) return null;
      const last = next.at(-1).id;
      const beforeMs = nowMs - keyLifeMs;
      this.#db.run(
        `UPDATE turns SET idempotency_key = NULL, events = NULL
         WHERE id > ? AND id <= ? AND idempotency_key IS NOT NULL AND accepted_ms <= ?`,
        after,
        last,
        beforeMs,
      );
      return { after: last, old: next.every(({ acceptedMs }) => acceptedMs <= beforeMs) };
    });
  }

  /** The oldest turns of before that time, with all that hangs on them. @returns {number} how many, at most `max` */
  pruneTurns(beforeMs, max) {
    return this.#db.transaction(() => {
      const turns = this.#db.all(
        `SELECT id FROM turns WHERE accepted_ms < ? ORDER BY accepted_ms LIMIT ?`,
        beforeMs,
        max,
      );
      for (const { id } of turns) {
        this.#db.run(`DELETE FROM leads WHERE turn_id = ?`, id);
        this.#db.run(`DELETE FROM trade_ins WHERE turn_id = ?`, id);
        this.#db.run(`DELETE FROM rows WHERE turn_id = ?`, id);
        this.#db.run(`DELETE FROM turns WHERE id = ?`, id);
      }
      return turns.length;
    });
  }

  /**
   * Of the next sessions in their order, those that were not used since: first their rows, then themselves.
   * @param {{scope: string, session_id: string}|null} after null: from the first
   * @returns {{scope: string, session_id: string}|null} how far it came; null: to the end
   */
  pruneSessions(after, beforeMs, max) {
    return this.#db.transaction(() => {
      const { scope = '', session_id = '' } = after ?? {};
      const next = this.#db.all(
        `SELECT scope, session_id, last_ms FROM sessions WHERE (scope, session_id) > (?, ?)
         ORDER BY scope, session_id LIMIT ?`,
        scope,
        session_id,
        max,
      );
      let reached = after;
      let left = max;
      for (const session of next) {
        const key = [session.scope, session.session_id];
        if (session.last_ms < beforeMs) {
          left -= this.#db.run(
            `DELETE FROM rows WHERE n IN (SELECT n FROM rows WHERE scope = ? AND session_id = ? LIMIT ?)`,
            ...key,
            left,
          ).changes;
          if (left <= 0) return reached ?? { scope: '', session_id: '' };
          this.#db.run(`DELETE FROM sessions WHERE scope = ? AND session_id = ?`, ...key);
        }
        reached = session;
      }
      return next.length < max ? null : reached;
    });
  }
}

const troubleWords = {
  SQLITE_FULL: 'the disk of DATA_DIR is full, or STORED_BYTES_MAX is reached',
  SQLITE_READONLY: 'the store is read-only',
};
