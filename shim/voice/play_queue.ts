// What waits to be played, at the device's rate.
export class PlayQueue {
  queued = 0;
  /** All that was ever played; silence for want of samples is not counted. */
  played = 0;
  private readonly chunks: Float32Array[] = [];
  private at = 0;
  private fading = false;

  push(samples: Float32Array): void {
    this.chunks.push(samples);
    this.queued += samples.length;
  }

  /** What waits is dropped, but for one quantum in which it fades: a cut would click. */
  flush(): void {
    this.fading = this.queued > 0;
  }

  /** Fills `out`; `done` gets the chunks that are finished with. */
  take(out: Float32Array, done: (chunk: Float32Array) => void): void {
    let filled = 0;
    for (let chunk; filled < out.length && (chunk = this.chunks[0]);) {
      const count = Math.min(chunk.length - this.at, out.length - filled);
      out.set(chunk.subarray(this.at, this.at + count), filled);
      filled += count;
      this.at += count;
      if (this.at === chunk.length) this.drop_first(done);
    }
    this.queued -= filled;
    this.played += filled;
    out.fill(0, filled);
    if (!this.fading) return;
    this.fading = false;
    for (let i = 0; i < filled; i += 1) out[i] = (out[i] ?? 0) * (1 - i / filled);
    while (this.chunks.length) this.drop_first(done);
    this.queued = 0;
  }

  private drop_first(done: (chunk: Float32Array) => void): void {
    const chunk = this.chunks.shift();
    this.at = 0;
    if (chunk) done(chunk);
  }
}
