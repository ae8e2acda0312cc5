// Worklet: plays what the session's thread sends, and tells it every 10 ms how much waits and how much was played.
import { flush, type PlaybackReport } from './messages';
import { PlayQueue } from './play_queue';

const report_s = 0.01;

class Playback extends AudioWorkletProcessor {
  private to: MessagePort | undefined;
  private ended = false;
  private spare: ArrayBuffer[] = [];
  private next_report_s = 0;
  private readonly queue = new PlayQueue();

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<MessagePort | undefined>) => {
      this.to = data;
      this.ended = !data;
      if (data) data.onmessage = ({ data: sound }) => this.take(sound as ArrayBuffer | typeof flush);
    };
  }

  private take(sound: ArrayBuffer | typeof flush): void {
    if (sound !== flush) {
      this.queue.push(new Float32Array(sound));
      return;
    }
    this.queue.flush();
    this.next_report_s = 0;
  }

  process(_: Float32Array[][], [output]: Float32Array[][]): boolean {
    const out = output?.[0];
    if (out) this.queue.take(out, (chunk) => this.spare.push(chunk.buffer as ArrayBuffer));
    if (currentTime >= this.next_report_s) {
      this.next_report_s = currentTime + report_s - 0.001;
      const { queued, played } = this.queue;
      const report: PlaybackReport = { queued, played, spare: this.spare };
      this.to?.postMessage(report, this.spare);
      this.spare = [];
    }
    return !this.ended;
  }
}

registerProcessor('shopbell-playback', Playback);
