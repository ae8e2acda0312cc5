// The one timer. Late, early or twice is harmless to the core, so a clamped or throttled one needs no care.

// A longer setTimeout fires at once.
const timeout_ms_max = 2 ** 31 - 1;

export class Timer {
  private id?: ReturnType<typeof setTimeout>;
  private at_ms = Infinity;

  constructor(
    private readonly now_ms: () => number,
    private readonly fire: () => void,
  ) {}

  /** On the monotonic clock; Infinity takes the timer away. */
  set(at_ms: number): void {
    if (at_ms === this.at_ms) return;
    clearTimeout(this.id);
    this.at_ms = at_ms;
    if (at_ms === Infinity) return;
    const delay_ms = Math.min(Math.max(at_ms - this.now_ms(), 0), timeout_ms_max);
    this.id = setTimeout(() => {
      this.at_ms = Infinity;
      this.fire();
    }, delay_ms);
  }
}
