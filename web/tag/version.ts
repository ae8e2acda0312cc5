// This version: which of its files a widget needs, and how they are set to work.
import { fetch_file } from '../../shim/fetch';
import { app_js } from '../../shim/files';
import { default_backend, room_voice } from '../../shim/generated/cores';
import { import_script, tried } from '../../shim/load';
import { refuses_wasm } from '../../shim/wasm';
import type { Options } from '../api';
import type * as app_code from '../app';
import type { Files } from '../app';
import type { Stage } from '../widget';

type Code = typeof app_code;
export type Loaded = [code: Code, files: Files];

/** By a rule, so that a core can be asked for before there is a table of them (cores.ts). */
const core_file = (backend: string, voice: string): string =>
  `core${!backend || backend === default_backend ? '' : `-${backend}`}${voice === room_voice ? `-with-${voice}` : ''}.wasm`;

/**
 * Fetches and checks, all at once. The app's code is imported for its table of cores and does nothing else yet, so that a version whose files
 * are not all right leaves no trace.
 */
export const prepare = (base: string, { backend = '', voice = '', wasm }: Options): Promise<Loaded> =>
  tried(async (url) => {
    const at = (file: string): string => url(file, base);
    const early = wasm === 'off' || refuses_wasm() ? undefined : fetch_file(at(core_file(backend, voice)));
    // Who awaits it may come too late.
    early?.catch(() => undefined);
    const code = await import_script<Code>(at(app_js));
    return [code, await code.load(backend, voice, early, at)];
  });

export const run = (stage: Stage, base: string, [code, files]: Loaded): ReturnType<Code['attach']> =>
  code.attach({ ...stage, base, ...files });
