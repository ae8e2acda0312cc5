// What is kept, and for how long. Messages older than KEEP_DAYS go, with their answers, rows and leads, and sessions that nobody has used
// since. Idempotency keys go after a day, with what was kept for their sake. Where STORED_BYTES_MAX is near, the oldest go before their days
// are over, but none of the last day: those still stand for their ids and keys, and a message that came again would be answered twice. Past
// the bound itself the store takes nothing.
//
// It is done in steps of a few milliseconds with pauses between, so that no message waits for it.
//
// A clock that is ahead for a moment must not take everything with it: time passes here no faster than the monotonic clock says.
const dayMs = 86_400_000;
const stepMax = 20;
// From here on, of the bound: what comes in while the oldest go must fit as well.
const nearlyFull = 0.9;

export class Pruning {
  #timer;
  #atMs;
  #readMs = performance.now();
  /** The turn up to which no key is left. */
  #keysGone = 0;

  /**
   * @param {{store: import('./store.mjs').Store, config: object, log: object, now: () => number, everyMs?: number, pauseMs?: number}} parts
   *   everyMs: between two times, and before the first
   */
  constructor({ store, config, log, now, everyMs = 600_000, pauseMs = 20 }) {
    Object.assign(this, { store, config, log, now, everyMs, pauseMs });
    this.#atMs = now();
  }

  start() {
    this.#next(this.#steps(), this.everyMs);
  }

  stop() {
    clearTimeout(this.#timer);
  }

  #next(steps, inMs) {
    this.#timer = setTimeout(() => {
      let done = true;
      try {
        ({ done } = steps.next());
      } catch (error) {
        this.log.error({ err: error }, 'not pruned');
      }
      if (done) this.start();
      else this.#next(steps, this.pauseMs);
    }, inMs);
    this.#timer.unref();
  }

  *#steps() {
    const { upkeep } = this.store;
    let turns = 0;
    for (let gone; (gone = upkeep.pruneTurns(this.#beforeMs(), stepMax)) > 0; turns += gone) yield;
    for (let after = null; (after = upkeep.pruneSessions(after, this.#beforeMs(), stepMax)) !== null;) yield;
    while (this.store.callRooms.prune(this.#beforeMs(), stepMax) > 0) yield;
    yield* this.#dropKeys();
    if (turns > 0) this.log.info({ turns }, 'pruned');
  }

  *#dropKeys() {
    let isOld = true;
    for (
      let at = { after: this.#keysGone };
      (at = this.store.upkeep.dropOldKeys(at.after, this.#steadyMs(), stepMax));
    ) {
      isOld &&= at.old;
      if (isOld) this.#keysGone = at.after;
      yield;
    }
  }

  /** The time, as far as the monotonic clock bears it out. */
  #steadyMs() {
    const readMs = performance.now();
    this.#atMs = Math.min(this.now(), this.#atMs + readMs - this.#readMs);
    this.#readMs = readMs;
    return this.#atMs;
  }

  #beforeMs() {
    const { keepDays, storedBytesMax } = this.config;
    const isNearlyFull = storedBytesMax > 0 && this.store.bytes() > nearlyFull * storedBytesMax;
    return this.#steadyMs() - (isNearlyFull ? 1 : keepDays) * dayMs;
  }
}
