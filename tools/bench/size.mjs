// What a page pays, in brotli bytes: at page load, until text is usable, and what voice adds, all of it after the first press of the
// microphone. tests/browser and PN-1 hold this against the requests of a real page; here the files are measured as they were built.
//
// Beside ours the Opus packages that are measured in `npm run bench -- opus`: their WebAssembly and the scripts that load it, as published.
// Ours holds the whole voice session besides the codec.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { measure_dist } from '../build.mjs';
import { checkout } from '../lib/paths.mjs';

export const description = 'brotli bytes at page load, to usable text, and of voice';

const loader = ['shopbell.js'];
const text = (core) => [...loader, 'app.js', `${core}.wasm`];
/** With a worker and SIMD, as nearly every browser has them; voice-plain.wasm and voice-worklet.js take the place of two of these. */
const voice = ['voice.js', 'voice-worker.js', 'voice-capture.js', 'voice-playback.js', 'voice.wasm'];

/** The files that a page would load of each, with WebAssembly and with SIMD where the package has the choice. */
const rivals = {
  'libopus-wasm': ['dist/index.js', 'dist/generated/libopus.generated.mjs'],
  opusscript: ['index.js', 'build/opusscript_native_wasm.js', 'build/opusscript_native_wasm.wasm'],
  '@evan/opus': ['lib.js', 'wasm/index.js', 'wasm/simd.wasm'],
};

const package_br_bytes = (name, files) =>
  files
    .map((file) => readFileSync(join(checkout, 'node_modules', name, file)))
    .reduce((sum, bytes) => sum + brotliCompressSync(bytes).length, 0);

export async function run() {
  const sizes = new Map(measure_dist().map(({ name, brotli_bytes }) => [name, brotli_bytes]));
  const sum = (files) =>
    files.reduce((total, file) => {
      if (!sizes.has(file)) throw new Error(`${file} is not built`);
      return total + sizes.get(file);
    }, 0);
  const parts = Object.fromEntries(
    [...sizes].map(([name, bytes]) => [`${name.replaceAll(/[.-]/g, '_')}_br_bytes`, bytes]),
  );
  return {
    shopbell: {
      page_load_br_bytes: sum(loader),
      text_br_bytes: sum(text('core-shopbell')),
      text_chatkit_br_bytes: sum(text('core')),
      voice_br_bytes: sum(voice),
      codec_br_bytes: sum(['voice.wasm']),
      ...parts,
    },
    ...Object.fromEntries(
      Object.entries(rivals).map(([name, files]) => [
        name,
        { codec_br_bytes: package_br_bytes(name, files) },
      ]),
    ),
  };
}
