// Places for what may run only so often at a time. Whoever finds none waits, in the order of their coming; nobody holds more than half of
// them, so that one address with many calls leaves places for the next.

export class Places {
  #held = new Map();
  #taken = 0;
  #waiting = [];

  constructor(max) {
    this.max = max;
    this.each = Math.max(1, Math.floor(max / 2));
  }

  /**
   * @param {string} who
   * @param {AbortSignal} signal ends the wait with its reason
   * @returns {Promise<() => void>} gives the place back
   */
  async take(who, signal) {
    signal.throwIfAborted();
    if (!this.#isFree(who)) {
      await new Promise((resolve, reject) => {
        const giveUp = () => {
          this.#waiting.splice(this.#waiting.indexOf(entry), 1);
          reject(signal.reason);
        };
        const hasPlace = () => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        };
        const entry = { who, hasPlace };
        this.#waiting.push(entry);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    } else this.#hold(who, 1);
    let isHeld = true;
    return () => {
      if (isHeld) this.#hold(who, -1);
      isHeld = false;
      this.#next();
    };
  }

  #isFree(who) {
    return this.#taken < this.max && (this.#held.get(who) ?? 0) < this.each;
  }

  #hold(who, change) {
    this.#taken += change;
    const held = (this.#held.get(who) ?? 0) + change;
    if (held > 0) this.#held.set(who, held);
    else this.#held.delete(who);
  }

  #next() {
    const at = this.#waiting.findIndex(({ who }) => this.#isFree(who));
    if (at < 0) return;
    const [{ who, hasPlace }] = this.#waiting.splice(at, 1);
    this.#hold(who, 1);
    hasPlace();
  }
}
