// This version: which of its files a widget needs, and how they are set to work.
import { core_shopbell_wasm, core_wasm } from '../shim/files';
import type { Setting } from '../shim/generated/messages';
import { load, type Loaded } from '../shim/load';
import { refuses_wasm } from '../shim/wasm';
import type { App, attach } from './app';
import { value_of } from './settings';
import type { Stage } from './widget';

/** Fetches and checks. Nothing of it runs yet. Without WebAssembly the app itself gets the core: few pages need it, so the tag has no hash of it. */
export const prepare = (base: string, settings: Setting[]): Promise<Loaded> =>
  load(
    base,
    value_of(settings, 'backend') === 'shopbell' ? core_shopbell_wasm : core_wasm,
    value_of(settings, 'wasm') === 'off' || refuses_wasm(),
  );

export async function run(stage: Stage, base: string, [app, module]: Loaded): Promise<App | undefined> {
  const { attach: begin } = (await import(app)) as { attach: typeof attach };
  return begin({ ...stage, base, module });
}
