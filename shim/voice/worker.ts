// The session's thread where a worker may run: VoiceSession, its codec and its socket. Sound comes and goes through ports to the
// worklets, so nothing here waits for the page.
import { Driver } from './driver';
import {
  flush,
  unreadable,
  type CaptureBlock,
  type FromSession,
  type PlaybackReport,
  type ToSession,
} from './messages';
import { make_sockets } from './sockets';

interface Scope {
  onmessage: (event: MessageEvent<ToSession>) => void;
  onmessageerror: () => void;
  postMessage(message: FromSession): void;
  /** For tests and measurements. */
  shopbell_voice?: Driver['counters'];
}

// Buffers go back to their maker some at a time: each message costs about as much as a block's coding.
const returned_at_once = 16;

const scope = self as unknown as Scope;
const tell = (message: FromSession): void => scope.postMessage(message);
let driver: Driver | undefined;

async function begin({ plan, capture, playback }: Extract<ToSession, { is: 'start' }>): Promise<void> {
  if (typeof plan.module === 'string') await import(plan.module);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wake_at_ms = Infinity;
  let spare: ArrayBuffer[] = [];
  let read: ArrayBuffer[] = [];
  const sockets = make_sockets((news) => made.hear(news));
  const now_ms = (): number => performance.now();

  const wake_at = (at_ms: number): void => {
    if (at_ms === wake_at_ms) return;
    wake_at_ms = at_ms;
    clearTimeout(timer);
    if (at_ms === Infinity) return;
    timer = setTimeout(
      () => {
        wake_at_ms = Infinity;
        made.tick();
      },
      Math.max(at_ms - now_ms(), 0),
    );
  };

  const play = (samples: Float32Array<ArrayBuffer>): void => {
    const bytes = samples.byteLength;
    let buffer = spare.pop();
    if (buffer?.byteLength !== bytes) buffer = new ArrayBuffer(bytes);
    new Float32Array(buffer).set(samples);
    playback?.postMessage(buffer, [buffer]);
  };

  const made = new Driver(plan, {
    ...sockets,
    now_ms,
    tell,
    play,
    flush: () => playback?.postMessage(flush),
    wake_at,
  });
  driver = made;
  scope.shopbell_voice = made.counters;
  if (capture) {
    capture.onmessage = ({ data }: MessageEvent<CaptureBlock>) => {
      const { samples, channels, frames } = data;
      const planes = Array.from(
        { length: channels },
        (_, i) => new Float32Array(samples, i * frames * Float32Array.BYTES_PER_ELEMENT, frames),
      );
      made.captured(planes, data.at_ms);
      if (read.push(data.samples) < returned_at_once) return;
      capture.postMessage(read, read);
      read = [];
    };
  }
  if (playback) {
    playback.onmessage = ({ data }: MessageEvent<PlaybackReport>) => {
      spare = data.spare.concat(spare).slice(0, returned_at_once);
      made.played(data.queued, data.played);
    };
  }
}

// One after the other: what comes while the session begins waits for it.
let done = Promise.resolve();
scope.onmessage = ({ data }) => {
  if (data.is === 'ask') return tell({ is: 'here' });
  done = done
    .then(() => (data.is === 'start' ? begin(data) : driver?.hear(data)))
    .catch((error: unknown) => tell({ is: 'crashed', why: String(error) }));
};
scope.onmessageerror = () => tell({ is: 'crashed', why: unreadable });
tell({ is: 'loaded' });
