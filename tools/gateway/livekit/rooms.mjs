// Whose room a page may enter.
//
// A session's id can be guessed or read over a shoulder, and the room's name is made of it, so an id alone opens nothing: the room is its
// secret's holder's. Who is first to name a room gets its secret, with the first answer of the chat or with the first token. Whoever names a
// room that somebody has, without its secret, is given another room and a secret of that one, and learns nothing of the first.
//
// Over `shopbell` a session has had a secret from its beginning; its page sends that one.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { roomOf } from '../store/call_rooms.mjs';

// A message whose answer never came is sent again, and its secret must come with it; so often, and no more.
const secretsOfAMessageMax = 8;
// It says that a secret is still in use, for pruning, which counts in days.
const usedStepMs = 3_600_000;

const draw = () => randomBytes(16).toString('base64url');
const hashOf = (text) => createHash('sha256').update(text).digest('hex');
const isSecret = (given) => typeof given === 'string' && /^[\w-]{22,64}$/.test(given);
const equal = (a, b) => timingSafeEqual(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'));

/**
 * @typedef {object} Place
 * @property {string} room
 * @property {'again'|'first'|'elsewhere'} how its holder is back; nobody had it; what was named is somebody else's
 * @property {() => string|undefined} take makes the room the caller's; the secret that the page has to be told
 */

export class Rooms {
  #usedMs = new Map();

  /** @param {{store: import('../store/store.mjs').Store, now: () => number}} parts */
  constructor({ store, now }) {
    Object.assign(this, { rooms: store.callRooms, now });
  }

  /** @param {string|null} sessionId or the room's name; null: any room @param {string} [secret] @returns {Place} */
  find(sessionId, secret) {
    const asked = sessionId === null ? null : roomOf(sessionId);
    const given = isSecret(secret) ? hashOf(secret) : null;
    // Found by its hash, which nobody can choose: how long that takes tells nothing of the secret.
    const held = given && this.rooms.bySecret(given);
    if (held && (asked === null || asked === held.asked || asked === held.room))
      return { room: held.room, how: 'again', take: () => this.#used(given) };
    const free = given && !held ? given : null;
    if (asked && free && this.rooms.sessionSecrets(asked).some((hash) => equal(hash, free)))
      return { room: asked, how: 'again', take: () => this.#add(asked, asked, null, free) };
    if (asked && !this.rooms.has(asked))
      return { room: asked, how: 'first', take: () => this.#add(asked, asked, null, free) };
    const room = roomOf(draw());
    return {
      room,
      how: asked ? 'elsewhere' : 'first',
      take: () => this.#add(asked ?? room, room, null),
    };
  }

  /**
   * The secret that goes with the answer to a message, if one does: to the first message of a session, and to that one again when it comes
   * again under its key. Looked for before the message is stored, taken once it is.
   * @param {{scope: string, sessionId: string, key: string|null}} message
   * @returns {() => string|undefined}
   */
  ofMessage({ scope, sessionId, key }, secret) {
    const asked = roomOf(sessionId);
    const given = isSecret(secret) ? hashOf(secret) : null;
    const held = given && this.rooms.bySecret(given);
    if (held && (held.asked === asked || held.room === asked)) return () => this.#used(given);
    const keyHash = key === null ? null : hashOf(`${scope} ${asked} ${key}`);
    if (!this.rooms.has(asked)) return () => this.#add(asked, asked, keyHash, held ? null : given);
    const begun = keyHash && this.rooms.byKey(asked, keyHash);
    if (!begun || begun.secrets >= secretsOfAMessageMax) return () => undefined;
    return () => this.#add(asked, begun.room, keyHash);
  }

  /** @param {string|null} [secretHash] of what the page has already @returns {string|undefined} the secret that it has not */
  #add(asked, room, keyHash, secretHash = null) {
    const secret = secretHash ? undefined : draw();
    this.rooms.add({ secretHash: secretHash ?? hashOf(secret), asked, room, keyHash }, this.now());
    return secret;
  }

  #used(secretHash) {
    const nowMs = this.now();
    if (nowMs - (this.#usedMs.get(secretHash) ?? -Infinity) < usedStepMs) return;
    if (this.#usedMs.size >= 10_000) this.#usedMs.clear();
    this.#usedMs.set(secretHash, nowMs);
    this.rooms.used(secretHash, nowMs);
  }
}

/** In logs: which lines are of one room, not whose it is. */
export const shortHash = (room) => hashOf(room).slice(0, 12);
