// Loads what the widget needs once it is wanted: the app's code, the core's glue and its WebAssembly, all three at once.
// Each is tried three times; a page on a train gets its chat when the tunnel ends.
import type { Glue } from './core_module';
import { compile, url } from './fetch';
import { app_js } from './files';

const pauses_ms = [400, 1500];

// A browser may remember for the page's life that a module's address failed, so every try after a failure has an address of
// its own, also when the shopper's press begins a new round.
let failures = 0;

async function with_retries<T>(attempt: (failures: number) => Promise<T>): Promise<T> {
  for (let turn = 0; ; turn += 1) {
    try {
      return await attempt(failures);
    } catch (error) {
      failures += 1;
      if (turn === pauses_ms.length) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauses_ms[turn]));
    }
  }
}

/** `base`: where the widget's files lie. `core`: its glue and its module. */
export function load<App>(base: string, core: readonly [glue: string, module: string], plain: boolean) {
  const import_from = <T>(file: string): Promise<T> =>
    with_retries((turn) => import(url(file, base, turn)) as Promise<T>);
  return Promise.all([
    import_from<App>(app_js),
    import_from<Glue>(core[0]),
    with_retries(async (turn) => (plain ? url(core[1], base, turn) : compile(url(core[1], base, turn)))),
  ]);
}
