// Loads what the widget needs once it is wanted: the app's code, the core's glue and its WebAssembly, all three at once.
// Each is tried three times; a page on a train gets its chat when the tunnel ends.
import type { Core, MakeCore } from './core';

const pauses_ms = [400, 1500];

interface EmscriptenOptions {
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
}
type CreateCore = (options: EmscriptenOptions) => Promise<Core>;

// A browser may remember for the page's life that a module's address failed, so every try after a failure has an address of
// its own, also when the shopper's press begins a new round.
let failures = 0;

async function with_retries<T>(attempt: (query: string) => Promise<T>): Promise<T> {
  for (let turn = 0; ; turn += 1) {
    try {
      return await attempt(failures ? `?retry=${failures}` : '');
    } catch (error) {
      failures += 1;
      if (turn === pauses_ms.length) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauses_ms[turn]));
    }
  }
}

async function compile(url: string): Promise<WebAssembly.Module> {
  const response = await fetch(url, { credentials: 'omit' });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  // Servers that do not know the type application/wasm get the slower way.
  if (!response.headers.get('content-type')?.startsWith('application/wasm')) {
    return WebAssembly.compile(await response.arrayBuffer());
  }
  return WebAssembly.compileStreaming(response);
}

export interface Loaded<App> {
  app: App;
  make_core: MakeCore;
}

/** `base`: where the widget's files lie. `core_name`: which of the cores. */
export async function load<App>(base: string, core_name: string): Promise<Loaded<App>> {
  const at = (file: string): string => new URL(file, base).href;
  const import_from = (file: string): Promise<unknown> => with_retries((query) => import(at(file) + query));
  const [app, glue, module] = await Promise.all([
    import_from('app.js'),
    import_from(`${core_name}.js`),
    with_retries(() => compile(at(`${core_name}.wasm`))),
  ]);
  const create = (glue as { default: CreateCore }).default;
  // Compiled once: after a trap a new instance is there within a frame.
  const make_core: MakeCore = () =>
    new Promise((resolve, reject) => {
      const instantiateWasm: EmscriptenOptions['instantiateWasm'] = (imports, done) => {
        WebAssembly.instantiate(module, imports).then((instance) => done(instance, module), reject);
        return {};
      };
      create({ instantiateWasm }).then(resolve, reject);
    });
  return { app: app as App, make_core };
}
