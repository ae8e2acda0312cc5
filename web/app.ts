// What is loaded once the chat is wanted: the view and the shim, attached to the frame that the loader drew.
import { core_maker } from '../shim/embind';
import { url } from '../shim/fetch';
import { tools_js, version, voice_js } from '../shim/files';
import { import_script } from '../shim/load';
import type { Listeners } from '../shim/owner';
import { make_shim, type Shim } from '../shim/shim';
import { page_areas, wake } from '../shim/storage';
import { next_task } from '../shim/task';
import type { Tools } from '../shim/tools';
import type { Module } from '../shim/wasm';
import type { Options } from './api';
import { core_of, load_core } from './cores';
import type { Frame } from './frame';
import type { Gate } from './gate';
import { make_hand_over } from './hand_over';
import { app_words } from './locales/locale';
import { settings_of, value_of } from './settings';
import type * as tools_code from './tools';
import { make_view } from './view/view';

export interface Files {
  /** The core's. */
  module: Module;
  tools: typeof tools_code | undefined;
}

/** `early`: as `load_core`. */
export async function load(
  backend: string,
  voice: string,
  early: Promise<Response> | undefined,
  at: (file: string) => string,
): Promise<Files> {
  const core = core_of(backend, voice);
  const [module, tools] = await Promise.all([
    load_core(core, early, at),
    core.asks && import_script<typeof tools_code>(at(tools_js)),
  ]);
  return { module, tools };
}

export interface AppPlan extends Files {
  frame: Frame;
  gate: Gate;
  listeners: Listeners;
  offers: Tools[];
  options: Options;
  /** The page took the widget away while it was loading. */
  is_ended(): boolean;
  /** Where the widget's files lie. */
  base: string;
}

export interface App {
  end(): void;
}

export async function attach({
  frame,
  gate,
  module,
  tools,
  options,
  ...plan
}: AppPlan): Promise<App | undefined> {
  const settings = settings_of({ ...options, version }, tools?.option_text);
  const plain = typeof module === 'function';
  const make_core = core_maker(module);
  const core = await make_core();
  if (plan.is_ended()) return undefined;
  const words = app_words();
  const hand_over = make_hand_over(gate, frame);
  const api_url = value_of(settings, 'api-url');
  const view = make_view({
    ...plan,
    frame,
    say: gate.say,
    hand_over,
    words,
    api_url,
    plain,
    make_question: tools?.make_question,
  });
  const shim: Shim = make_shim({
    ...plan,
    settings,
    make_core,
    tools: tools?.tools,
    async load_voice(turn) {
      const voice = await import_script<typeof import('./voice')>(url(voice_js, plan.base, turn));
      return voice.attach({ ...plan, settings, plain, frame, words, say: gate.say, dispatch: shim.dispatch });
    },
    call_in_words: view.call_in_words,
    script_origin: new URL(plan.base).origin,
    view: view.handlers,
    dropped: () => hand_over.close(),
    begun: () => hand_over.open(shim.dispatch),
    stopped() {
      hand_over.end();
      view.notice(words.stopped_for_good);
    },
  });
  const end = (): void => {
    shim.end();
    view.end();
  };
  // Each in a task of its own, so that a slow phone's page goes on in between: what was drawn, the storage, what the core says first.
  await new Promise<void>(next_task);
  wake(page_areas);
  await new Promise<void>(next_task);
  if (plan.is_ended()) {
    end();
    return undefined;
  }
  shim.begin(core);
  return { end };
}
