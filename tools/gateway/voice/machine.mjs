// A state table as data: `table[state][event]` is the next state. An event that a state does not name leaves the state unchanged and is
// counted: late news of something that was stopped is normal and must do nothing.

export class Machine {
  /** @param {Record<string, Record<string, string>>} table @param {() => void} onIllegal */
  constructor(table, state, onIllegal) {
    Object.assign(this, { table, state, onIllegal });
  }

  /** @returns {boolean} whether the event was legal */
  take(event) {
    const next = this.table[this.state][event];
    if (next === undefined) {
      this.onIllegal();
      return false;
    }
    this.state = next;
    return true;
  }

  allows(event) {
    return this.table[this.state][event] !== undefined;
  }
}
