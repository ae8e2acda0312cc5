// voice.js: what is loaded at the first press of the microphone button. The engine and the view of a call, attached to the frame.
import type { Opening, Voice } from '../shim/call';
import type { Dispatch } from '../shim/core';
import { url } from '../shim/fetch';
import { livekit_js } from '../shim/files';
import type { Command, Setting } from '../shim/generated/messages';
import { import_script } from '../shim/load';
import { RoomEngine, type LoadClient } from '../shim/rooms/room_engine';
import { Engine } from '../shim/voice/engine';
import { make_call_view } from './call/call_view';
import type { Frame } from './frame';
import { call_words } from './locales/call_locale';
import type { Words } from './locales/words';
import { value_of } from './settings';
import { trusted_by } from './trusted';

export interface VoicePlan {
  frame: Frame;
  words: Words;
  /** To the core, for the engine. */
  dispatch: Dispatch;
  /** To the gate, for presses. */
  say: Dispatch;
  settings: Setting[];
  /** Where the widget's files lie. */
  base: string;
  /** Without WebAssembly. */
  plain: boolean;
}

// The page's life long: a policy can't be made twice.
const trusted = trusted_by('shopbell');

export function attach({ frame, words, dispatch, say, settings, base, plain }: VoicePlan): Voice {
  const { errors } = words;
  Object.assign(errors, call_words().errors);
  const view = make_call_view(frame, call_words(), errors, say);
  const worker_url = value_of(settings, 'worker-url');
  const at = (file: string): string => url(file, base);
  let engine: Engine | RoomEngine | undefined;
  let turn = 0;
  const load_client: LoadClient = () => import_script(url(livekit_js, base, turn++));

  const end = (): void => {
    engine?.end();
    engine = undefined;
  };
  const open = (command: Extract<Command, { type: 'call_open' }>, opening: Opening): void => {
    end();
    const plan = { dispatch, view, worker_url, at, trusted, plain };
    engine =
      command.engine === 'room'
        ? new RoomEngine(command, opening, plan, load_client)
        : new Engine(command, opening, plan);
  };

  return (command, opening) => {
    switch (command.type) {
      case 'call_open':
        return opening && open(command, opening);
      case 'call_connect':
        return engine?.connect(command.url, command.ticket);
      case 'call_send':
        return engine?.send(command.bytes);
      case 'call_mute':
        return engine?.mute(command.muted);
      case 'call_talk':
        return engine?.talk(command.down);
      case 'call_device':
        return engine?.pick(command.kind, command.id);
      case 'call_close':
        return end();
      case 'show_call':
        return view.show(command);
      case 'view_reset':
        end();
        return view.clear();
    }
  };
}
