// Drives the session (voice.wasm) of a call for the thread that it runs in, a worker or a worklet: messages of the page in, its commands
// to the thread's socket and speaker. It uses nothing but numbers, views and Date.now; a worklet has no more.
import type { FromSession, SessionPlan, ToSession } from './messages';
import { load_voice, type VoiceHandlers, type VoiceModule } from './module';
import { warm_up } from './warm_up';

export interface Host extends Pick<VoiceHandlers, 'open' | 'close' | 'play' | 'flush'> {
  /** Monotonic. */
  now_ms(): number;
  tell(message: FromSession): void;
  send(attempt: number, frame: Uint8Array<ArrayBuffer>): void;
  buffered_bytes(): number;
  /** When the session wants a `tick`; Infinity: not at all. */
  wake_at(at_ms: number): void;
}

const audio_frame = 2;
const timestamp_at = 8;
const samples_a_ms = 48;
const frame_ms = 20;
const late_gap_ms = 60;
const samples_kept = 16_384;

/** For tests and measurements, which look into the thread. */
export class Counters {
  frames_sent = 0;
  /** Between two audio frames; what lies between their timestamps more than a frame (silence) is not counted. */
  gap_ms_max = 0;
  /** Gaps over 60 ms. */
  late = 0;
  captured_blocks = 0;
  captured_frames = 0;
  /** From the Date.now() of the quantum with a frame's first sample to send(), of the last frames. */
  readonly mic_to_wire_ms: number[] = [];
  private sent_at_ms = NaN;
  private timestamp = 0;

  sent(frame: Uint8Array, captured_ms: number): void {
    if (frame[0] !== audio_frame) return;
    const at_ms = Date.now();
    const timestamp = new DataView(frame.buffer, frame.byteOffset).getUint32(timestamp_at, true);
    const silence_ms = ((timestamp - this.timestamp) >>> 0) / samples_a_ms - frame_ms;
    const gap_ms = at_ms - this.sent_at_ms - silence_ms;
    this.sent_at_ms = at_ms;
    this.timestamp = timestamp;
    this.mic_to_wire_ms[this.frames_sent++ % samples_kept] = at_ms - captured_ms;
    if (Number.isNaN(gap_ms)) return;
    this.gap_ms_max = Math.max(this.gap_ms_max, gap_ms);
    if (gap_ms > late_gap_ms) this.late += 1;
  }
}

export class Driver {
  readonly counters = new Counters();
  private readonly session: VoiceModule;
  /** Of the agent, still to be heard: megabytes, of which the session takes one piece after another. */
  private sounds: Uint8Array[] = [];
  private flows = false;

  constructor(
    { module, ...settings }: SessionPlan,
    private readonly host: Host,
  ) {
    const { counters } = this;
    this.session = load_voice(module, {
      open: host.open,
      close: host.close,
      play: host.play,
      flush: () => {
        this.sounds = [];
        host.flush();
      },
      send(attempt, frame, captured_ms) {
        host.send(attempt, frame);
        counters.sent(frame, captured_ms);
      },
      state: (state, reason) => host.tell({ is: 'news', state, reason }),
      agent: (state) => host.tell({ is: 'activity', state }),
      level: (microphone, agent) => host.tell({ is: 'level', microphone, agent }),
      data: (samples) => host.tell({ is: 'said', bytes: samples.slice() }),
      more: () => this.give_more(),
    });
    if (typeof module === 'string' && !warm_up(this.session.exports)) host.tell({ is: 'too_slow' });
    this.session.start(settings);
    host.wake_at(this.session.deadline());
  }

  /** What the page or the socket tells. */
  hear(message: ToSession): void {
    const { session, host } = this;
    const now_ms = host.now_ms();
    switch (message.is) {
      case 'connect':
        session.connect(message.url, message.ticket, now_ms);
        break;
      case 'sound':
        this.sounds.push(message.bytes);
        session.sound_waits(message.bytes.length, now_ms);
        break;
      case 'mute':
        session.mute(message.on, now_ms);
        break;
      case 'push':
        session.talk(message.down, now_ms);
        break;
      case 'online':
        session.online(message.on, now_ms);
        break;
      case 'opened':
        session.socket_opened(message.socket, now_ms);
        break;
      case 'heard':
        session.socket_frame(message.socket, new Uint8Array(message.bytes), now_ms);
        break;
      case 'closed':
        session.socket_closed(message.socket, message.code, now_ms);
        break;
      case 'leave':
        session.bye(now_ms);
        host.tell({ is: 'left' });
    }
    host.wake_at(session.deadline());
  }

  private give_more(): void {
    const { session, sounds, host } = this;
    const [sound] = sounds;
    if (!sound) return;
    const rest = sound.subarray(session.sound_piece_max);
    if (rest.length) sounds[0] = rest;
    else sounds.shift();
    session.sound(sound.subarray(0, session.sound_piece_max), !rest.length, host.now_ms());
  }

  captured(channels: readonly Float32Array[], captured_ms: number): void {
    const { session, host, counters } = this;
    session.buffered(host.buffered_bytes());
    session.captured(channels, captured_ms, host.now_ms());
    counters.captured_blocks += 1;
    counters.captured_frames += channels[0]?.length ?? 0;
    host.wake_at(session.deadline());
    if (this.flows) return;
    this.flows = true;
    host.tell({ is: 'flows' });
  }

  played(queued: number, total: number): void {
    this.session.played(queued, total, this.host.now_ms());
    this.host.wake_at(this.session.deadline());
  }

  tick(): void {
    this.session.tick(this.host.now_ms());
    this.host.wake_at(this.session.deadline());
  }
}
