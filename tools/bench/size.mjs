// What a page pays, in brotli bytes: until the launcher is drawn, until text is usable, and what voice adds, all of it after the first press
// of the microphone. Launcher and text of ours and of the rival widgets are what a real page receives in one cold load, as in
// `npm run bench -- startup`, but with nothing slowed down; page load is the tags as a release has them, and the other figures are of the
// files as they were built.
//
// Beside them the Opus packages that are measured in `npm run bench -- opus`: their WebAssembly and the scripts that load it, as published.
// Ours holds the whole voice session besides the codec.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { launch_browser } from '../../tests/rig/browsers/browser.mjs';
import { measure_dist, page_files } from '../build.mjs';
import { backends, room_backends } from '../lib/backends.mjs';
import { checkout } from '../lib/paths.mjs';
import { tags_alone } from '../release/bundles.mjs';
import { tag_sizes } from '../release/tag_sizes.mjs';
import { contenders } from './startup/contenders.mjs';
import { cold_load } from './startup/load.mjs';
import { open_origins } from './startup/origins.mjs';

export const description = 'brotli bytes to the launcher, to usable text, and of voice; beside rivals';

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

/** @returns {Promise<Record<string, object>>} what each widget's tag causes on a real page */
async function received(progress) {
  const origins = await open_origins(contenders);
  const browser = await launch_browser({ args: origins.browser_arguments });
  const result = {};
  try {
    for (const [name, contender] of Object.entries(contenders)) {
      const load = await cold_load(browser, { url: origins.page(name), contender });
      const { launcher_br_bytes, text_br_bytes, requests_to_text } = load;
      result[name] = { launcher_br_bytes, text_br_bytes, requests_to_text };
      progress(`${name}: ${launcher_br_bytes ?? '–'} / ${text_br_bytes} bytes`);
    }
    return result;
  } finally {
    await browser.close();
    await origins.close();
  }
}

export async function run({ progress }) {
  const sizes = new Map(measure_dist().map(({ name, brotli_bytes }) => [name, brotli_bytes]));
  const sum = (files) =>
    files.reduce((total, file) => {
      if (!sizes.has(file)) throw new Error(`${file} is not built`);
      return total + sizes.get(file);
    }, 0);
  const tags = tag_sizes(await tags_alone(await import('esbuild')));
  const tag = (name) => tags.find((one) => one.name === name).brotli_bytes;
  const parts = Object.fromEntries(
    [...sizes].map(([name, bytes]) => [`${name.replaceAll(/[.-]/g, '_')}_br_bytes`, bytes]),
  );
  const { shopbell, ...widgets } = await received(progress);
  return {
    shopbell: {
      ...shopbell,
      page_load_br_bytes: tag('shopbell.js'),
      page_load_moving_br_bytes: tag('root/shopbell.js'),
      ...Object.fromEntries(
        backends.map((backend) => [`text_${backend.identifier}_br_bytes`, sum(page_files.text(backend))]),
      ),
      ...Object.fromEntries(
        room_backends.map((backend) => [
          `text_${backend.identifier}_with_rooms_br_bytes`,
          sum(page_files.text(backend)),
        ]),
      ),
      voice_livekit_br_bytes: sum(page_files.room_call),
      voice_br_bytes: sum(page_files.call),
      codec_br_bytes: sum(['voice.wasm']),
      ...parts,
    },
    ...widgets,
    ...Object.fromEntries(
      Object.entries(rivals).map(([name, files]) => [
        name,
        { codec_br_bytes: package_br_bytes(name, files) },
      ]),
    ),
  };
}
