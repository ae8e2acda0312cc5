// An agent for every shopper in a room, and never two. The room calls it as it is made. It is called again where none is there although it
// had time to come: it may have crashed, not have been registered yet, or have gone with a shopper who has come back.

// An agent that was called may need so long until it is in the room; each call after the first waits twice as long as the one before.
const startMs = 10_000;
const doublingsMax = 5;
// After a token for a room that was there: who comes back is not in it yet, and an agent that goes may not be out of it yet.
const looksMs = [0, 4_000];

export class Summons {
  /** @type {Map<string, number>} room -> how often the agent was called again */
  #again = new Map();
  #looking = new Set();
  #timers = new Set();

  /** @param {{server: import('./server.mjs').LivekitServer, metrics: object, log: object, now: () => number}} parts */
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** A shopper is on his way back to a room. */
  returning(room) {
    for (const inMs of looksMs) {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        this.look(room).catch((error) => this.log.warn({ err: error }, 'LiveKit not reached'));
      }, inMs).unref();
      this.#timers.add(timer);
    }
  }

  stop() {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async look(room) {
    if (this.#looking.has(room)) return;
    this.#looking.add(room);
    try {
      await this.#look(room);
    } finally {
      this.#looking.delete(room);
    }
  }

  async #look(room) {
    const { shoppers, agents } = await this.server.people(room);
    if (agents > 0) return void this.#again.delete(room);
    if (shoppers === 0) return;
    const times = this.#again.get(room) ?? 0;
    const waitMs = startMs * 2 ** Math.min(times, doublingsMax);
    if (this.now() - (await this.server.calledMs(room)) < waitMs) return;
    if (this.#again.size >= 10_000) this.#again.clear();
    this.#again.set(room, times + 1);
    await this.server.callAgent(room);
    this.metrics.counted('livekit_agents_again', 1);
    this.log.warn('livekit agent called again');
  }
}
