// What the threads of a call say to each other. The session's thread is a worker, or a worklet where no worker may run; then the
// page holds its socket too.
//
//   page <-> session          ToSession, FromSession
//   capture -> session        CaptureBlock; back: ArrayBuffer[], for new blocks
//   session -> playback       ArrayBuffer with samples, or `flush`; back: PlaybackReport

import type { VoiceSettings } from './module';

export type ToSession =
  | { is: 'start'; plan: SessionPlan; capture?: MessagePort; playback?: MessagePort }
  | { is: 'connect'; url: string; ticket: string }
  /** A WAV file to be heard; empty: silence, at once. */
  | { is: 'sound'; bytes: Uint8Array }
  | { is: 'mute'; on: boolean }
  | { is: 'push'; down: boolean }
  | { is: 'online'; on: boolean }
  | { is: 'leave' }
  | { is: 'ask' }
  | SocketNews
  | { is: 'buffered'; bytes: number };

/** Compiled, or the address of voice-plain.js. */
export type VoiceSource = WebAssembly.Module | string;

export interface SessionPlan extends VoiceSettings {
  /** Bytes for a worklet: in Chromium up to 150 a compiled module does not arrive there. */
  module: VoiceSource | ArrayBuffer;
}

export type SocketNews =
  | { is: 'opened'; socket: number }
  | { is: 'heard'; socket: number; bytes: ArrayBuffer }
  | { is: 'closed'; socket: number; code: number };

/** Why a session ends whose thread was told something that it could not read: a compiled module may stay behind. */
export const unreadable = 'a message could not be read in the thread of the session';

export type FromSession =
  /** The thread's code runs. */
  | { is: 'loaded' }
  /** The first sound of the microphone came. */
  | { is: 'flows' }
  | { is: 'crashed'; why: string }
  /** Without WebAssembly, in a browser that does not compile JavaScript either. */
  | { is: 'too_slow' }
  /** Numbers of EngineState and EngineReason (wasm/voice/command_list.h). */
  | { is: 'news'; state: number; reason: number }
  | { is: 'activity'; state: number }
  | { is: 'level'; microphone: number; agent: number }
  /** What the shopper says, where the back end's own connection carries it. */
  | { is: 'said'; bytes: Uint8Array }
  /** The goodbye is on its way: the thread may end. */
  | { is: 'left' }
  /** To `ask`: the thread is there. */
  | { is: 'here' }
  | SocketWish;

export type SocketWish =
  | { is: 'open'; socket: number; url: string }
  | { is: 'send'; socket: number; bytes: ArrayBuffer }
  | { is: 'close'; socket: number; code: number };

/** Planar samples: `frames` of the first channel, then of the second. */
export interface CaptureBlock {
  samples: ArrayBuffer;
  channels: number;
  frames: number;
  /** Date.now() of the quantum. */
  at_ms: number;
}

export const flush = 'flush';

export interface PlaybackReport {
  queued: number;
  played: number;
  /** Buffers that have been played, for new samples. */
  spare: ArrayBuffer[];
}
