// What is loaded once the chat is wanted: the view and the shim, attached to the frame that the loader drew.
import type { Core, MakeCore } from '../shim/core';
import type { Setting } from '../shim/generated/messages';
import type { Listeners } from '../shim/owner';
import { make_shim, type Shim } from '../shim/shim';
import type { Frame } from './frame';
import type { Gate } from './gate';
import { app_words } from './locales/locale';
import { make_view } from './view/view';

export interface AppPlan {
  frame: Frame;
  gate: Gate;
  listeners: Listeners;
  settings: Setting[];
  core: Core;
  make_core: MakeCore;
  /** Where the widget's files lie. */
  base: string;
}

export interface App {
  end(): void;
}

export function attach({ frame, gate, core, ...plan }: AppPlan): App {
  const words = app_words();
  const view = make_view({ frame, gate, words, base: plan.base });
  const shim: Shim = make_shim({
    ...plan,
    async load_voice(turn) {
      const file = turn ? `voice.js?retry=${turn}` : 'voice.js';
      const voice = (await import(new URL(file, plan.base).href)) as typeof import('./voice');
      return voice.attach({ ...plan, frame, words, say: gate.say, dispatch: shim.dispatch });
    },
    call_in_words: view.call_in_words,
    script_origin: new URL(plan.base).origin,
    view: view.handlers,
    dropped: () => gate.close(),
    begun: () => gate.open(shim.dispatch),
    stopped() {
      gate.end(true);
      view.notice(words.stopped_for_good);
    },
  });
  shim.begin(core);
  return {
    end() {
      shim.end();
      view.end();
    },
  };
}
