// A core's instances, out of the two files that the loader fetched: Emscripten's glue and the compiled module.
import type { Core, MakeCore } from './core';

interface EmscriptenOptions {
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
}

/** The glue's own module. */
export interface Glue {
  default(options: EmscriptenOptions): Promise<Core>;
}

/** Compiled once: after a trap a new instance is there within a frame. */
export const core_maker =
  ({ default: create }: Glue, module: WebAssembly.Module): MakeCore =>
  () =>
    new Promise((resolve, reject) => {
      const instantiateWasm: EmscriptenOptions['instantiateWasm'] = (imports, done) => {
        WebAssembly.instantiate(module, imports).then((instance) => done(instance, module), reject);
        return {};
      };
      create({ instantiateWasm }).then(resolve, reject);
    });
