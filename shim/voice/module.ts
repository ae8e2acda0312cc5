// voice.wasm's hand loader. Runs where nothing of the page is: worker, worklet (no URL, TextDecoder, fetch, timers) and node.
//
//   const voice = load_voice(module, handlers);        // WebAssembly.Module, or its bytes, compiled here; starts synchronously
//   const voice = load_voice(address, handlers);       // voice-plain.js: loaded into this thread before, from whatever address
//   voice.start({ engine, capture_rate_hz, playback_rate_hz, push_to_talk, muted, seed });      // seed: 32 random bytes; throws if refused
//   voice.connect(url, ticket, now);                   // engine `socket`: -> handlers.open(attempt, url), and so on
//   voice.sound_waits(bytes, now);                     // engine `frames`: -> handlers.more(), and in it voice.sound(piece, last, now)
//
// Every call that ends hands the session's commands to the handlers, in order, before it returns; a handler may call the session again.
// After every call look at `deadline()` and see to it that `tick` is called then. All `now` are of one monotonic clock in milliseconds.
//
// What a handler is given (`frame`, `samples`) is a view of the module's memory that holds until the handler returns: WebSocket.send
// takes it as it is, a port needs a copy (`samples.slice()`, which may be transferred).
//
// The playback side: each `play` is 20 ms to be put at the end of the worklet's queue, `flush` empties the queue at once. The worklet
// reports through `played`: the samples that wait in its queue, and the samples taken from it since the start (flushed ones may be
// counted or not), about every 10 ms while it plays and once when it ran dry or was flushed. The session keeps 40..60 ms in the queue.
// The capture side: each quantum (or a few together), any channel count, with the clock of its first sample (Date.now()).

import type { Engine } from '../generated/messages';

export interface VoiceHandlers {
  open(attempt: number, url: string): void;
  /** `captured_ms`: the capture clock of the frame's first sample; NaN when the frame is no audio. */
  send(attempt: number, frame: Uint8Array<ArrayBuffer>, captured_ms: number): void;
  close(attempt: number, code: number): void;
  play(samples: Float32Array<ArrayBuffer>): void;
  flush(): void;
  /** Numbers of EngineState and EngineReason (wasm/voice/command_list.h). */
  state(state: number, reason: number): void;
  agent(state: number): void;
  level(microphone: number, agent: number): void;
  /** Engine `frames`: what the shopper says, mono at 16 kHz. Empty: that has ended. */
  data(samples: Uint8Array<ArrayBuffer>): void;
  /** Engine `frames`: the next piece of the sounds that are held is wanted. A flush drops all of them. */
  more(): void;
}

export interface VoiceSettings {
  engine: Engine;
  capture_rate_hz: number;
  playback_rate_hz: number;
  push_to_talk: boolean;
  muted: boolean;
  seed: Uint8Array;
}

/** The module's exports as they are (wasm/bindings/voice_face.cpp). */
export interface Voice {
  memory: WebAssembly.Memory;
  _initialize(): void;
  voice_start(capture_rate_hz: number, playback_rate_hz: number, flags: number): number;
  voice_in(): number;
  voice_in_bytes(): number;
  voice_pcm_in(): number;
  voice_connect(url_bytes: number, ticket_bytes: number, now: number): void;
  voice_socket_opened(attempt: number, now: number): void;
  voice_socket_frame(attempt: number, bytes: number, now: number): void;
  voice_socket_closed(attempt: number, code: number, now: number): void;
  voice_captured(samples: number, channels: number, captured_ms: number, now: number): void;
  voice_played(queued_samples: number, played_samples: number, now: number): void;
  voice_buffered(bytes: number): void;
  voice_sound_waits(bytes: number, now: number): void;
  voice_sound(bytes: number, last: number, now: number): void;
  voice_mute(on: number, now: number): void;
  voice_talk(down: number, now: number): void;
  voice_online(online: number, now: number): void;
  voice_bye(now: number): void;
  voice_tick(now: number): void;
  voice_deadline(): number;
  voice_out(): number;
  voice_out_bytes(): number;
  voice_out_taken(): void;
  voice_stat(which: number): number;
}

/** Room of voice_pcm_in, all channels together. */
const pcm_samples_max = 4096;
const push_to_talk_flag = 1;
const muted_flag = 2;
const stream_flag = 4;

export class VoiceModule {
  private handing_out = false;

  constructor(
    readonly exports: Voice,
    private readonly handlers: VoiceHandlers,
  ) {}

  start(settings: VoiceSettings): void {
    this.put(settings.seed);
    const error = this.exports.voice_start(
      settings.capture_rate_hz,
      settings.playback_rate_hz,
      (settings.push_to_talk ? push_to_talk_flag : 0) +
        (settings.muted ? muted_flag : 0) +
        (settings.engine === 'frames' ? stream_flag : 0),
    );
    if (error) throw new Error(`voice_start refused: ${error}`);
  }

  connect(url: string, ticket: string, now: number): void {
    this.put(ascii(url + ticket));
    this.exports.voice_connect(url.length, ticket.length, now);
    this.hand_out();
  }

  socket_opened(attempt: number, now: number): void {
    this.exports.voice_socket_opened(attempt, now);
    this.hand_out();
  }

  socket_frame(attempt: number, frame: Uint8Array, now: number): void {
    this.put(frame);
    this.exports.voice_socket_frame(attempt, frame.length, now);
    this.hand_out();
  }

  socket_closed(attempt: number, code: number, now: number): void {
    this.exports.voice_socket_closed(attempt, code, now);
    this.hand_out();
  }

  /** The socket's bufferedAmount; to be told before `captured`. */
  buffered(bytes: number): void {
    this.exports.voice_buffered(bytes);
  }

  /** The channels of one block, equally long. */
  captured(channels: readonly Float32Array[], captured_ms: number, now: number): void {
    const samples = channels[0]?.length ?? 0;
    const pcm = new Float32Array(this.exports.memory.buffer, this.exports.voice_pcm_in(), pcm_samples_max);
    if (samples * channels.length > pcm.length) throw new RangeError(`a block of ${samples} samples`);
    channels.forEach((channel, i) => pcm.set(channel, i * samples));
    this.exports.voice_captured(samples, channels.length, captured_ms, now);
    this.hand_out();
  }

  played(queued_samples: number, played_samples: number, now: number): void {
    this.exports.voice_played(queued_samples, played_samples, now);
    this.hand_out();
  }

  /** A sound of so many bytes is held, behind those that were told before. Of none: silence, at once. */
  sound_waits(bytes: number, now: number): void {
    this.exports.voice_sound_waits(bytes, now);
    this.hand_out();
  }

  /** The next piece of the first one, `sound_piece_max` bytes at most. */
  sound(piece: Uint8Array, last: boolean, now: number): void {
    this.put(piece);
    this.exports.voice_sound(piece.length, Number(last), now);
    this.hand_out();
  }

  get sound_piece_max(): number {
    return this.exports.voice_in_bytes();
  }

  mute(on: boolean, now: number): void {
    this.exports.voice_mute(Number(on), now);
    this.hand_out();
  }

  talk(down: boolean, now: number): void {
    this.exports.voice_talk(Number(down), now);
    this.hand_out();
  }

  online(online: boolean, now: number): void {
    this.exports.voice_online(Number(online), now);
    this.hand_out();
  }

  bye(now: number): void {
    this.exports.voice_bye(now);
    this.hand_out();
  }

  tick(now: number): void {
    this.exports.voice_tick(now);
    this.hand_out();
  }

  /** When `tick` is wanted; Infinity: not at all. */
  deadline(): number {
    return this.exports.voice_deadline();
  }

  /** A number of Counter (wasm/voice/wire/counters.h) or Gauge (voice_session.h). */
  stat(which: number): number {
    return this.exports.voice_stat(which);
  }

  /** What does not fit is too big for any frame; its length still tells so. */
  private put(bytes: Uint8Array): void {
    const { memory, voice_in, voice_in_bytes } = this.exports;
    new Uint8Array(memory.buffer, voice_in(), voice_in_bytes()).set(
      bytes.length > voice_in_bytes() ? bytes.subarray(0, voice_in_bytes()) : bytes,
    );
  }

  private hand_out(): void {
    // A handler that calls the session adds to the list that is being read: the outer loop goes on with it.
    if (this.handing_out) return;
    this.handing_out = true;
    try {
      for (let at = 0; at < this.exports.voice_out_bytes();) at = this.hand_out_one(at);
    } finally {
      this.exports.voice_out_taken();
      this.handing_out = false;
    }
  }

  /** Carries out the record at `at` and gives the place of the next one. */
  private hand_out_one(at: number): number {
    const { buffer } = this.exports.memory;
    const start = this.exports.voice_out() + at;
    const view = new DataView(buffer, start);
    const number = (i: number): number => view.getUint32(8 + 4 * i, true);
    const bytes = view.getUint32(4, true);
    const { handlers } = this;
    switch (view.getUint32(0, true)) {
      case 1:
        handlers.open(number(0), String.fromCharCode(...new Uint8Array(buffer, start + 12, bytes - 4)));
        break;
      case 2:
        handlers.send(number(0), new Uint8Array(buffer, start + 24, bytes - 16), view.getFloat64(16, true));
        break;
      case 3:
        handlers.close(number(0), number(1));
        break;
      case 4:
        handlers.play(new Float32Array(buffer, start + 8, bytes / 4));
        break;
      case 5:
        handlers.flush();
        break;
      case 6:
        handlers.state(number(0), number(1));
        break;
      case 7:
        handlers.agent(number(0));
        break;
      case 8:
        handlers.level(view.getFloat32(8, true), view.getFloat32(12, true));
        break;
      case 9:
        handlers.data(new Uint8Array(buffer, start + 8, bytes));
        break;
      case 10:
        handlers.more();
        break;
    }
    return at + 8 + ((bytes + 3) & ~3);
  }
}

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** What voice-plain.js leaves in its thread: a worklet has no import. */
interface PlainScope {
  shopbell_voice?: (imports: object) => Voice;
}

type Source = WebAssembly.Module | BufferSource | string;

function make(source: Source): Voice | undefined {
  if (typeof source === 'string') return (globalThis as PlainScope).shopbell_voice?.({});
  const module = source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);
  return new WebAssembly.Instance(module).exports as unknown as Voice;
}

/** Compiles where it is given bytes, and starts; for those who carry the records out themselves. */
export function instantiate(source: Source): Voice {
  const voice = make(source);
  if (!voice) throw new Error(`${String(source)} was not loaded`);
  voice._initialize();
  return voice;
}

export function load_voice(source: Source, handlers: VoiceHandlers): VoiceModule {
  return new VoiceModule(instantiate(source), handlers);
}
