// Calls over LiveKit, counted and paid for. Their sound does not pass here, so what the gateway knows of them is which rooms it let whom into,
// and what the server says when it is asked, every few seconds.
import { networksOf } from '../costs/limits.mjs';
import { tokenLifeMs } from './server.mjs';

const everyMs = 15_000;
// A page that is refused may ask again at once, the server is not asked as often.
const freshMs = 1_000;
// A room that is gone may come back with whoever was given a token for it just now.
const goneMs = 20_000;
const beginSeconds = 60;
const retrySeconds = 30;

/** @typedef {{address: string, grantedMs: number, createdMs: number|null, paidSeconds: number}} Call createdMs: null while nobody has joined */

export class LiveCalls {
  /** @type {Map<string, Call>} by room */
  #calls = new Map();
  #timer;
  #sweeping;
  #sweptMs = -Infinity;
  #reachable = true;
  /** Told of each room that is there. */
  onLive = async () => {};

  /** @param {{server: import('./server.mjs').LivekitServer, config: object, store: object, spending: object, log: object, now: () => number}} parts */
  constructor(parts) {
    Object.assign(this, parts);
  }

  get count() {
    return this.#calls.size;
  }

  addressOf(room) {
    return this.#calls.get(room)?.address ?? '';
  }

  start() {
    this.#timer = setInterval(() => this.sweep(), everyMs).unref();
    void this.sweep();
  }

  async stop() {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  /** Before `admit`: where that address would be refused, the server is asked whether its calls are still there. */
  async fresh(address) {
    if (this.#full(address) && this.now() - this.#sweptMs > freshMs) await this.sweep();
  }

  /**
   * Whether that room may have a call now. Who comes back to a call that is there needs no more of anything.
   * @returns {import('../costs/limits.mjs').Verdict|null} null: it may
   */
  admit(room, address) {
    const going = this.#calls.get(room);
    if (going) {
      going.grantedMs = this.now();
      return null;
    }
    const limit = this.#full(address);
    if (limit) {
      const resetMs = this.now() + retrySeconds * 1000;
      return { limit, remaining: 0, resetMs, retryAfterSeconds: retrySeconds, allowed: false };
    }
    const over = this.spending.take(address, { livekit_calls: 1, livekit_s: beginSeconds });
    if (over) return over;
    this.#calls.set(room, {
      ...{ address, grantedMs: this.now(), createdMs: null, paidSeconds: beginSeconds },
    });
    return null;
  }

  /** @returns {number} the bound that is reached; 0: none */
  #full(address) {
    const { callsMax, callsPerAddress } = this.config;
    if (callsMax > 0 && this.#calls.size >= callsMax) return callsMax;
    if (callsPerAddress === 0) return 0;
    const networks = [...this.#calls.values()].flatMap((call) => networksOf(call.address));
    const full = networksOf(address).find(
      ({ key, times }) => networks.filter((one) => one.key === key).length >= times * callsPerAddress,
    );
    return full ? full.times * callsPerAddress : 0;
  }

  /** Asks the server; once at a time. */
  sweep() {
    this.#sweeping ??= this.#sweep()
      .then(() => (this.#reachable = true))
      .catch((error) => {
        if (this.#reachable) this.log.warn({ err: error }, 'LiveKit not reached');
        this.#reachable = false;
      })
      .finally(() => (this.#sweeping = undefined));
    return this.#sweeping;
  }

  async #sweep() {
    const rooms = new Map((await this.server.liveRooms()).map(({ room, createdMs }) => [room, createdMs]));
    this.#sweptMs = this.now();
    for (const [room, call] of this.#calls) if (!rooms.has(room)) this.#gone(room, call);
    for (const [room, createdMs] of rooms) {
      const call = this.#known(room);
      if (!call) continue;
      call.createdMs = createdMs;
      this.#pay(call);
      const isOver = this.now() - createdMs > this.config.callMinutesMax * 60_000;
      if (isOver) this.log.info('livekit call had its minutes');
      await (isOver ? this.server.end(room) : this.onLive(room));
    }
  }

  /** A call of before a restart is nobody's address's any more, and counts for everybody. */
  #known(room) {
    if (!this.#calls.has(room) && this.store.callRooms.isOurs(room))
      this.#calls.set(room, { address: '', grantedMs: this.now(), createdMs: null, paidSeconds: 0 });
    return this.#calls.get(room);
  }

  /** What it has taken beyond what is paid; negative: what was paid and not needed. */
  #pay(call, atLeast = call.paidSeconds) {
    const seconds = call.createdMs === null ? 0 : Math.ceil((this.now() - call.createdMs) / 1000);
    const due = Math.max(seconds, atLeast) - call.paidSeconds;
    this.spending.add(call.address, 'livekit_s', due);
    call.paidSeconds += due;
  }

  #gone(room, call) {
    if (this.now() - call.grantedMs <= (call.createdMs === null ? tokenLifeMs : goneMs)) return;
    if (call.createdMs === null) this.#pay(call, 0);
    this.#calls.delete(room);
  }
}
