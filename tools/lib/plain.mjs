// The modules as plain JavaScript, for pages where WebAssembly is refused. Binaryen's wasm2js writes down each instruction of the module
// (CMakeLists.txt, target `plain`), so both give the same answers to the last bit. What it writes starts itself once, with imports out of
// files, and keeps a part of its state outside. Ours is one function that takes the imports and gives the exports of a fresh instance.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cores } from './backends.mjs';
import { build_folder, dist_folder } from './paths.mjs';

/** The files, and the modules that they are made of. A worklet can't import: there voice-plain.js is found by a name (shim/voice/module.ts). */
const plain = {
  ...Object.fromEntries(cores.map((core) => [`${core}-plain.js`, { module: core }])),
  'markdown-plain.js': { module: 'markdown' },
  'voice-plain.js': { module: 'voice-unmerged', footer: 'globalThis.shopbell_voice = make;' },
};
export const plain_files = Object.keys(plain);

export async function write_plain(esbuild) {
  for (const [name, { module, footer = '' }] of Object.entries(plain)) {
    const from = join(build_folder, 'wasm', `${module}.wasm2js.mjs`);
    if (!existsSync(from)) continue;
    const written = readFileSync(from, 'utf8');
    const body = written.slice(0, written.lastIndexOf('var retasmFunc = ')).replace(/^import .*$/gm, '');
    const whole = `export default function make(imports) {${body}return asmFunc(imports)} ${footer}`;
    const { code } = await esbuild.transform(whole, {
      minify: true,
      target: 'es2020',
      format: 'esm',
    });
    writeFileSync(join(dist_folder, name), code);
  }
}
