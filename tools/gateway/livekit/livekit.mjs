// What a page is told that wants to call over LiveKit.
import { AddressLimit } from '../costs/limits.mjs';
import { LiveCalls } from './live_calls.mjs';
import { shortHash } from './rooms.mjs';
import { LivekitServer } from './server.mjs';
import { Summons } from './summons.mjs';

// A page that cannot connect tries again every 7 s, in several tabs perhaps; it needs no more than that.
const roomTokensPerMinute = 20;

export class Livekit {
  missing = [];
  #server;
  #calls;
  #summons;
  #roomLimit = new AddressLimit(roomTokensPerMinute);

  constructor({ config, store, spending, rooms, metrics, log, now }) {
    Object.assign(this, { rooms, metrics, log, now });
    this.#server = new LivekitServer(config);
    this.#calls = new LiveCalls({ server: this.#server, config, store, spending, log, now });
    this.#summons = new Summons({ server: this.#server, metrics, log, now });
    this.#calls.onLive = (room) => this.#summons.look(room);
    this.#calls.start();
  }

  get callCount() {
    return this.#calls.count;
  }

  /** @returns {string} who pays for the call in that room; empty: nobody's address is known, and it counts for everybody */
  addressOf(room) {
    return this.#calls.addressOf(room);
  }

  isAgentToken(token) {
    return this.#server.isAgentToken(token);
  }

  async stop() {
    this.#summons.stop();
    await this.#calls.stop();
  }

  /**
   * @param {{sessionId: string|null, secret: string|undefined, name: string|undefined, address: string}} caller sessionId: or the room's name
   * @returns {Promise<{token: string, url: string, room: string, identity: string, secret: string|undefined}
   *   |{verdict: import('../costs/limits.mjs').Verdict}>} verdict: not now
   */
  async token({ sessionId, secret, name, address }) {
    await this.#calls.fresh(address);
    // From here to `take` at one go: of two pages that name one room, one is first.
    const place = this.rooms.find(sessionId, secret);
    const { room, how } = place;
    const limit = this.#roomLimit.take(room, this.now());
    const verdict = limit.allowed ? this.#calls.admit(room, address) : limit;
    if (verdict) return { verdict };
    const told = place.take();
    this.metrics.counted(`livekit_tokens_${how}`, 1);
    const user = shortHash(room);
    this.log.info({ user, how }, 'livekit token');
    if (how === 'again') this.#summons.returning(room);
    // The newest of an identity replaces the others: who comes back after a cut does not meet himself.
    const identity = `shopper-${user}`;
    const token = await this.#server.token(room, identity, name);
    return { token, url: this.#server.url, room, identity, secret: told };
  }
}
