// Where the first frame of the microphone begins, for the worklets.
//
// Most devices take buffers of 10 ms, from the context's first sample on, and a worklet's quanta come in their rhythm: four in a row, or
// three, then nothing for 10 ms. A frame of 20 ms that ends where a buffer does is sent at once; with any other beginning some frames lack
// a few samples and wait for the next buffer. So the first one begins a quantum or two ahead of such a place: within the buffer before it,
// and with a quantum to spare for the samples that resampling needs beyond a frame.
const frame_samples = sampleRate / 50;

export class FirstFrame {
  private begun = false;
  private passed = 0;

  /** Asked once a quantum; false: not yet, for 40 ms at most. */
  begins(quantum: number): boolean {
    const ahead = frame_samples - (currentFrame % frame_samples);
    this.begun ||= (ahead >= quantum && ahead < 2 * quantum) || this.passed >= 2 * frame_samples;
    this.passed += quantum;
    return this.begun;
  }
}
