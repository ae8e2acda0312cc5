// voice.wasm, fetched and compiled once a page: with SIMD where the browser has it.
import { compile } from '../fetch';
import { voice_plain_wasm, voice_wasm } from '../files';

// The smallest module with a SIMD instruction: (func (result v128) i32.const 0, i8x16.splat, i8x16.popcnt)
const with_simd = new Uint8Array([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
]);

let compiled: Promise<WebAssembly.Module> | undefined;

/** `at` gives a file's address. What failed is tried again with the next call. */
export function voice_module(at: (file: string) => string): Promise<WebAssembly.Module> {
  const file = WebAssembly.validate(with_simd) ? voice_wasm : voice_plain_wasm;
  compiled ??= compile(at(file)).catch((error: unknown) => {
    compiled = undefined;
    throw error;
  });
  return compiled;
}
