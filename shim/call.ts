// The calls' part of what every page with the chat loads: what must happen in the press's own task, and no more. Browsers let
// sound begin, and ask for the microphone, because of a press; by the time voice.js has come the press is long over.
import { console_prefix, type Concern, type Dispatch } from './core';
import type { Command } from './generated/messages';
import { ask_microphone, stop_microphone } from './microphone';

type Passed =
  | 'call_open'
  | 'call_connect'
  | 'call_send'
  | 'call_mute'
  | 'call_talk'
  | 'call_device'
  | 'call_close'
  | 'show_call';
export type CallCommand = Extract<Command, { type: Passed | 'view_reset' }>;

/** What the press has begun. */
export interface Opening {
  context: AudioContext | undefined;
  microphone: Promise<MediaStream>;
}

/** voice.js, attached to the page. */
export type Voice = (command: CallCommand, opening?: Opening) => void;

/** Imports voice.js; `turn` counts the tries. */
export type LoadVoice = (turn: number) => Promise<Voice>;

/** Lets go of it. */
export function release({ context, microphone }: Opening): void {
  microphone.then(stop_microphone).catch(() => undefined);
  context?.close().catch(() => undefined);
}

function make_context(): AudioContext | undefined {
  try {
    const context = new AudioContext();
    context.resume().catch(() => undefined);
    return context;
  } catch {
    return undefined;
  }
}

/** `not_there` draws the call while there is no voice.js. */
export function call(
  dispatch: Dispatch,
  load: LoadVoice,
  not_there: (call: Extract<Command, { type: 'show_call' }>) => void,
): Concern<Passed> {
  let voice: Voice | undefined;
  let loading = false;
  let turn = 0;
  let waiting: Parameters<Voice>[] = [];

  const pass: Voice = (...given) => {
    if (voice) return voice(...given);
    waiting.push(given);
    if (!loading && given[0].type === 'show_call') not_there(given[0]);
  };

  const load_voice = async (attempt: number): Promise<void> => {
    loading = true;
    try {
      voice = await load(turn++);
      for (const given of waiting) voice(...given);
    } catch (error) {
      console.error(`${console_prefix} voice.js could not be loaded.`, error);
      for (const [, opening] of waiting) if (opening) release(opening);
      loading = false;
      dispatch({ type: 'call_engine', attempt, state: 'gone', reason: 'not_loaded' });
    }
    waiting = [];
  };

  return {
    handlers: {
      call_open(command) {
        const context = make_context();
        const opening = { context, microphone: ask_microphone(command.microphone) };
        // Without a press (a call goes on from the page before) sound may begin once the microphone does. A refusal may come
        // before voice.js has, which is the one to answer it.
        opening.microphone.then(() => context?.resume()).catch(() => undefined);
        if (!loading) void load_voice(command.attempt);
        pass(command, opening);
      },
      call_connect: pass,
      call_send: pass,
      call_mute: pass,
      call_talk: pass,
      call_device: pass,
      call_close: pass,
      show_call: pass,
    },
    reset: () => pass({ type: 'view_reset' }),
  };
}
