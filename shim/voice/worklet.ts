// The session's thread where the page's policy allows no worker: one worklet captures, codes and plays; the socket is the page's.
// There are no timers here: each quantum looks at the clock.
import { Driver } from './driver';
import { FirstFrame } from './first_frame';
import { unreadable, type FromSession, type ToSession } from './messages';
import { PlayQueue } from './play_queue';

const report_s = 0.01;
const channels_max = 2;

class Session extends AudioWorkletProcessor {
  private driver: Driver | undefined;
  private ended = false;
  private buffered_bytes = 0;
  private wake_at_ms = Infinity;
  private next_report_s = 0;
  private silence = new Float32Array(0);
  private readonly first = new FirstFrame();
  private readonly queue = new PlayQueue();

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<ToSession>) => this.guarded(() => this.hear(data));
    this.port.onmessageerror = () => this.tell({ is: 'crashed', why: unreadable });
    this.tell({ is: 'loaded' });
  }

  private tell(message: FromSession, transfer: Transferable[] = []): void {
    this.port.postMessage(message, transfer);
  }

  private guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.ended = true;
      this.tell({ is: 'crashed', why: String(error) });
    }
  }

  private hear(message: ToSession): void {
    if (message.is === 'start') this.begin(message.plan);
    else if (message.is === 'buffered') this.buffered_bytes = message.bytes;
    else this.driver?.hear(message);
    if (message.is === 'leave') this.ended = true;
  }

  private begin(plan: Extract<ToSession, { is: 'start' }>['plan']): void {
    this.driver = new Driver(plan, {
      // Moves on with the sound, which is what the session's times are about.
      now_ms: () => currentTime * 1000,
      tell: (message) => this.tell(message),
      open: (socket, url) => this.tell({ is: 'open', socket, url }),
      send: (socket, view) => {
        const bytes = view.slice().buffer;
        this.tell({ is: 'send', socket, bytes }, [bytes]);
      },
      close: (socket, code) => this.tell({ is: 'close', socket, code }),
      buffered_bytes: () => this.buffered_bytes,
      play: (samples) => this.queue.push(samples.slice()),
      flush: () => this.queue.flush(),
      wake_at: (at_ms) => (this.wake_at_ms = at_ms),
    });
  }

  process([input = []]: Float32Array[][], [output]: Float32Array[][]): boolean {
    const { driver, queue } = this;
    if (!driver || this.ended) return !this.ended;
    const out = output?.[0];
    const frames = input[0]?.length ?? out?.length ?? 128;
    if (this.silence.length !== frames) this.silence = new Float32Array(frames);
    // While a device is changed there is no channel; time goes on all the same.
    const channels = input.length ? input.slice(0, channels_max) : [this.silence];
    this.guarded(() => {
      if (this.first.begins(frames)) driver.captured(channels, Date.now());
      if (out) queue.take(out, () => undefined);
      if (currentTime >= this.next_report_s) {
        this.next_report_s = currentTime + report_s;
        driver.played(queue.queued, queue.played);
      }
      if (currentTime * 1000 >= this.wake_at_ms) driver.tick();
    });
    return !this.ended;
  }
}

registerProcessor('shopbell-session', Session);
