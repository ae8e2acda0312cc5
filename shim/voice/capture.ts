// Worklet: hands each quantum of the microphone to the session's thread. Its buffers come back and are used again.
import { FirstFrame } from './first_frame';
import type { CaptureBlock } from './messages';

// Samples are copied, since the browser uses its own buffers again.
const channels_max = 2;

class Capture extends AudioWorkletProcessor {
  private to: MessagePort | undefined;
  private ended = false;
  private readonly first = new FirstFrame();
  private readonly spare: ArrayBuffer[] = [];

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<MessagePort | undefined>) => {
      this.to = data;
      this.ended = !data;
      if (data) data.onmessage = ({ data: back }) => this.spare.push(...(back as ArrayBuffer[]));
    };
  }

  process([input = []]: Float32Array[][], [output]: Float32Array[][]): boolean {
    const at_ms = Date.now();
    // While a device is changed there is no channel; time goes on all the same.
    const frames = input[0]?.length ?? output?.[0]?.length ?? 128;
    const channels = Math.min(Math.max(input.length, 1), channels_max);
    if (!this.to || !this.first.begins(frames)) return !this.ended;
    const bytes = frames * channels_max * Float32Array.BYTES_PER_ELEMENT;
    let samples = this.spare.pop();
    if (samples?.byteLength !== bytes) samples = new ArrayBuffer(bytes);
    for (let i = 0; i < channels; i += 1) {
      const into = new Float32Array(samples, i * frames * 4, frames);
      const from = input[i];
      if (from) into.set(from);
      else into.fill(0);
    }
    const block: CaptureBlock = { samples, channels, frames, at_ms };
    this.to.postMessage(block, [samples]);
    return !this.ended;
  }
}

registerProcessor('shopbell-capture', Capture);
