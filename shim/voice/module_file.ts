// The voice module, fetched once a page: compiled, with SIMD where the browser has it; without WebAssembly its address, for the session's
// thread to load it as plain JavaScript.
import { compile, fetch_file } from '../fetch';
import { voice_plain_js, voice_plain_wasm, voice_wasm } from '../files';
import type { VoiceSource } from './messages';

// The smallest module with a SIMD instruction: (func (result v128) i32.const 0, i8x16.splat, i8x16.popcnt)
const with_simd = new Uint8Array([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
]);

let fetched: Promise<VoiceSource> | undefined;

const address_of = (at: (file: string) => string): string =>
  at(WebAssembly.validate(with_simd) ? voice_wasm : voice_plain_wasm);

async function fetch_plain(address: string): Promise<string> {
  await (await fetch_file(address)).arrayBuffer();
  return address;
}

/** `at` gives a file's address. What failed is tried again with the next call. */
export function voice_module(at: (file: string) => string, plain: boolean): Promise<VoiceSource> {
  fetched ??= (plain ? fetch_plain(at(voice_plain_js)) : compile(address_of(at))).catch((error: unknown) => {
    fetched = undefined;
    throw error;
  });
  return fetched;
}

/** The same before it is compiled, from the browser's cache: a worklet compiles it again, since a compiled one does not get there. */
export const voice_bytes = async (at: (file: string) => string): Promise<ArrayBuffer> =>
  (await fetch_file(address_of(at))).arrayBuffer();
