// What is loaded once the chat is wanted: the view and the shim, attached to the frame that the loader drew.
import { core_maker } from '../shim/embind';
import { url } from '../shim/fetch';
import { core_plain_js, core_shopbell_plain_js, voice_js } from '../shim/files';
import type { Setting } from '../shim/generated/messages';
import { script_ready } from '../shim/load';
import type { Listeners } from '../shim/owner';
import { make_shim, type Shim } from '../shim/shim';
import { import_plain } from '../shim/wasm';
import type { Frame } from './frame';
import type { Gate } from './gate';
import { app_words } from './locales/locale';
import { value_of } from './settings';
import { make_view } from './view/view';

export interface AppPlan {
  frame: Frame;
  gate: Gate;
  listeners: Listeners;
  settings: Setting[];
  /** The core's; undefined without WebAssembly. */
  module: WebAssembly.Module | undefined;
  /** The page took the widget away while it was loading. */
  is_ended(): boolean;
  /** Where the widget's files lie. */
  base: string;
}

export interface App {
  end(): void;
}

/** The same core as plain JavaScript. */
async function plain_core({ settings, base }: Pick<AppPlan, 'settings' | 'base'>) {
  const file = value_of(settings, 'backend') === 'shopbell' ? core_shopbell_plain_js : core_plain_js;
  return import_plain(url(file, base));
}

export async function attach({ frame, gate, module, ...plan }: AppPlan): Promise<App | undefined> {
  const plain = module === undefined;
  const make_core = core_maker(module ?? (await plain_core(plan)));
  const core = await make_core();
  if (plan.is_ended()) return undefined;
  const words = app_words();
  const view = make_view({ frame, gate, words, base: plan.base, plain });
  const shim: Shim = make_shim({
    ...plan,
    make_core,
    async load_voice(turn) {
      const voice = (await import(
        await script_ready(url(voice_js, plan.base, turn))
      )) as typeof import('./voice');
      return voice.attach({ ...plan, plain, frame, words, say: gate.say, dispatch: shim.dispatch });
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
  const end = (): void => {
    shim.end();
    view.end();
  };
  // What the core says first is drawn in a task of its own, so that a slow phone's page goes on between the two.
  await new Promise((resolve) => setTimeout(resolve));
  if (plan.is_ended()) {
    end();
    return undefined;
  }
  shim.begin(core);
  return { end };
}
