// What a locale must have for calls; bundled with voice.js alone.
import type { AgentActivity, ErrorCode } from '../../shim/generated/messages';
import type { CallError } from '../locales/words';

export interface CallWords {
  call: string;
  asking: string;
  /** Under it. */
  asking_hint: string;
  connecting: string;
  reconnecting: string;
  reconnecting_hint: string;
  ended: string;
  failed: string;
  muted: string;
  activity: Record<AgentActivity, string>;
  /** Push-to-talk, the button not held. */
  waiting_for_talk: string;
  mute: string;
  unmute: string;
  hang_up: string;
  talk: string;
  talking: string;
  devices: string;
  microphone: string;
  speaker: string;
  /** A device without a name of its own. {number} */
  device: string;
  default_device: string;
  again: string;
  dismiss: string;
  /** Those that a locale's other words leave to a call's. */
  errors: Record<CallError, string>;
  /** After the error's own sentence. */
  what_to_do: Partial<Record<ErrorCode, string>>;
}
