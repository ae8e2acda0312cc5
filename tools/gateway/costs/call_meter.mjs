// What one call may still cost: its own bounds first, then those of its address and of everybody (spending.mjs).

export class CallMeter {
  #used = {};

  /** @param {{spending: import('./spending.mjs').Spending, address: string, bounds: Record<string, number>}} parts a bound of 0 is none */
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** All of `amounts`, or nothing. @returns {boolean} whether they were taken */
  take(amounts) {
    for (const [what, amount] of Object.entries(amounts)) {
      const most = this.bounds[what];
      if (most > 0 && (this.#used[what] ?? 0) + amount > most) return false;
    }
    if (this.spending.take(this.address, amounts)) return false;
    for (const [what, amount] of Object.entries(amounts)) this.#count(what, amount);
    return true;
  }

  /** What was spent beyond what was taken; negative: what was not needed. */
  add(what, amount) {
    this.spending.add(this.address, what, amount);
    this.#count(what, amount);
  }

  #count(what, amount) {
    this.#used[what] = (this.#used[what] ?? 0) + amount;
  }
}
