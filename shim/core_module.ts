// A core's instances, out of the two files that the loader fetched: embind's JavaScript half (embind.ts) and the compiled module.
import type { Core, MakeCore } from './core';
import { instantiate, type Module } from './wasm';

export interface EmscriptenOptions {
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
}

/** The glue's own module. */
export interface Glue {
  default(options: EmscriptenOptions): Promise<Core>;
}

/** Compiled once: after a trap a new instance is there within a frame. */
export const core_maker =
  ({ default: create }: Glue, module: Module): MakeCore =>
  () =>
    new Promise((resolve, reject) => {
      const instantiateWasm: EmscriptenOptions['instantiateWasm'] = (imports, done) => {
        instantiate(module, imports).then((exports) => done({ exports }), reject);
        return {};
      };
      create({ instantiateWasm }).then(resolve, reject);
    });
