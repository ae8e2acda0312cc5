// Rooms of calls, and the secrets whose holders may enter them: who has a room's secret is its shopper, on whatever page. Of a secret only its
// hash is here. A room may have several, since what a lost answer carried is given again under another.

export class StoredCallRooms {
  #db;

  /** @param {import('./database.mjs').Database} db */
  constructor(db) {
    this.#db = db;
  }

  /**
   * @param {{secretHash: string, asked: string, room: string, keyHash: string|null}} entry asked: the room that the page named; keyHash: of the
   *   message that began its session, by which the same message is known again
   */
  add({ secretHash, asked, room, keyHash }, nowMs) {
    this.#db.run(
      `INSERT INTO call_secrets (secret_hash, asked, room, key_hash, last_ms) VALUES (?, ?, ?, ?, ?)`,
      secretHash,
      asked,
      room,
      keyHash,
      nowMs,
    );
  }

  /** @returns {{secretHash: string, asked: string, room: string}|undefined} */
  bySecret(secretHash) {
    return this.#db.get(
      `SELECT secret_hash AS secretHash, asked, room FROM call_secrets WHERE secret_hash = ?`,
      secretHash,
    );
  }

  /** @returns {{room: string, secrets: number}|undefined} what that message began, and how many secrets it was given */
  byKey(asked, keyHash) {
    return this.#db.get(
      `SELECT room, count(*) AS secrets FROM call_secrets WHERE asked = ? AND key_hash = ? GROUP BY room`,
      asked,
      keyHash,
    );
  }

  used(secretHash, nowMs) {
    this.#db.run(`UPDATE call_secrets SET last_ms = ? WHERE secret_hash = ?`, nowMs, secretHash);
  }

  /** Whether a page was ever let into that room, or is of a session that would have it. */
  has(room) {
    const { n } = this.#db.get(
      `SELECT EXISTS (SELECT 1 FROM call_secrets WHERE asked = ? OR room = ?)
         OR EXISTS (SELECT 1 FROM sessions WHERE session_id IN (?, ?)) AS n`,
      room,
      room,
      room,
      sessionOf(room),
    );
    return n === 1;
  }

  /** @returns {boolean} whether a page was let into it, and nobody else made it */
  isOurs(room) {
    return this.#db.get(`SELECT 1 FROM call_secrets WHERE room = ? LIMIT 1`, room) !== undefined;
  }

  /** @returns {string[]} hashes of the secrets that sessions on sockets have, whose room it is */
  sessionSecrets(room) {
    return this.#db
      .all(
        `SELECT secret_hash AS hash FROM sessions WHERE session_id IN (?, ?) AND secret_hash IS NOT NULL`,
        room,
        sessionOf(room),
      )
      .map(({ hash }) => hash);
  }

  /** Secrets that nobody came with since. @returns {number} how many, at most `max` */
  prune(beforeMs, max) {
    return this.#db.run(
      `DELETE FROM call_secrets WHERE secret_hash IN
         (SELECT secret_hash FROM call_secrets WHERE last_ms < ? ORDER BY last_ms LIMIT ?)`,
      beforeMs,
      max,
    ).changes;
  }
}

const prefix = 'chat-';

/** A room's name is the session's id, which may begin so itself. */
export const roomOf = (sessionId) => (sessionId.startsWith(prefix) ? sessionId : prefix + sessionId);
/** The session whose id does not begin so. */
export const sessionOf = (room) => room.slice(prefix.length);
