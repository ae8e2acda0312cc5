// This version: which of its files a widget needs, and how they are set to work.
import { compile } from '../shim/fetch';
import { app_js, core_shopbell_wasm, core_wasm } from '../shim/files';
import type { Setting } from '../shim/generated/messages';
import { script_ready, tried } from '../shim/load';
import { refuses_wasm, type Module } from '../shim/wasm';
import type { App, attach, plain_core } from './app';
import { value_of } from './settings';
import type { Stage } from './widget';

/** The address of the app's code, which is ready to be imported, and the core. */
export type Loaded = [app: string, module: Module];

type Code = { attach: typeof attach; plain_core: typeof plain_core };
const code_of = async (app: string): Promise<Code> => (await import(app)) as Code;

/**
 * Fetches and checks, all at once. Nothing of it runs yet, so that a version whose files are not all right leaves no trace. Without
 * WebAssembly the app's code is imported for the core's address and does nothing else: few pages need it, so the tag has no hash of it.
 */
export const prepare = (base: string, settings: Setting[]): Promise<Loaded> =>
  tried((at) => {
    const shopbell = value_of(settings, 'backend') === 'shopbell';
    const app = script_ready(at(app_js, base));
    return Promise.all([
      app,
      value_of(settings, 'wasm') === 'off' || refuses_wasm()
        ? app.then(code_of).then(({ plain_core }) => plain_core(shopbell, base, at))
        : compile(at(shopbell ? core_shopbell_wasm : core_wasm, base)),
    ]);
  });

export async function run(stage: Stage, base: string, [app, module]: Loaded): Promise<App | undefined> {
  return (await code_of(app)).attach({ ...stage, base, module });
}
