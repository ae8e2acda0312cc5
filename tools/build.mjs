// Builds what a page loads into dist/dev: generated types, WebAssembly modules, bundles. A second run takes seconds.
//   npm run build            prints sizes, raw and brotli
//   node tools/build.mjs --quiet      prints progress only
//   node tools/build.mjs --demo       the same, and of the modules what `npm start` needs
//   node tools/build.mjs --bundles    only the last step, with the WebAssembly modules that are there
//   node tools/build.mjs --cores      only the cores and the gateway's registry, beside what is there
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { cores, cores_text } from './lib/backends.mjs';
import { bundle_all, bundles } from './lib/bundles.mjs';
import { BuildFailure, build_preset, has_target, one_build_at_a_time } from './lib/cmake.mjs';
import { build_folder, checkout, dist_folder, gateway_folder } from './lib/paths.mjs';
import { plain_files, write_plain } from './lib/plain.mjs';
import { exit_on_signals, run } from './lib/run.mjs';

/** What is printed from tables: by tools/codegen from those in C++, with the argument that asks for it, or by `print`. */
export const generated_files = [
  { file: join(checkout, 'shim', 'generated', 'messages.ts'), args: [] },
  { file: join(checkout, 'shim', 'generated', 'cores.ts'), print: cores_text },
  { file: join(checkout, 'docs', 'machines.md'), args: ['--machines'] },
];

/** @returns {Promise<{file: string, printed: string}[]>} the generated files as they should be */
export async function print_generated() {
  await build_preset('native', { targets: ['codegen'] });
  const one = async ({ file, args, print }) => {
    if (print) return { file, printed: print() };
    const { code, stdout, output } = await run([join(build_folder, 'native', 'codegen'), ...args]);
    if (code !== 0) throw new BuildFailure('codegen failed', output);
    return { file, printed: stdout };
  };
  return Promise.all(generated_files.map(one));
}

async function generate() {
  for (const { file, printed } of await print_generated()) {
    if (existsSync(file) && readFileSync(file, 'utf8') === printed) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, printed);
  }
}

const modules = ['markdown', 'voice'];
/** Instead of the others in a browser without SIMD, and as plain JavaScript where a page refuses WebAssembly. */
const fallbacks = ['voice-plain', 'plain'];
/** What only the gateway loads: never into dist/dev, which is served to pages. */
const gateway_modules = ['registry'];

const demo_modules = [...cores, ...modules].map((one) => `${one}.wasm`);
const page_modules = [...demo_modules, 'voice-plain.wasm'];
const fallback_files = ['voice-plain.wasm', ...plain_files];

/** Fallbacks that were built once are built again: a page would load them with scripts that they do not fit. */
const has_fallbacks = () => fallback_files.some((name) => existsSync(join(dist_folder, name)));

/** What a page of the demo loads: no browser that it is made for needs a fallback. */
export const demo_files = [...Object.keys(bundles), ...demo_modules];

/** Files whose part does not exist yet are left out. */
function copy_modules(names) {
  const from = (name) => join(build_folder, 'wasm', name);
  mkdirSync(gateway_folder, { recursive: true });
  for (const name of gateway_modules.flatMap((one) => [`${one}.js`, `${one}.wasm`])) {
    if (existsSync(from(name))) copyFileSync(from(name), join(gateway_folder, name));
  }
  for (const name of names) {
    if (existsSync(from(name))) copyFileSync(from(name), join(dist_folder, name));
  }
}

/** What a page loads, and when: all until text is usable with that core; and what a call adds, in a room, or with a worker and SIMD as nearly every
 * browser has them (voice-plain.wasm and voice-worklet.js take the place of two of these). */
export const page_files = {
  text: ({ core, asks }) => ['shopbell.js', 'app.js', `${core}.wasm`, ...(asks ? ['tools.js'] : [])],
  room_call: ['voice.js', 'livekit.js'],
  call: ['voice.js', 'voice.wasm', 'voice-worker.js', 'voice-capture.js', 'voice-playback.js'],
};

/** @returns {{name: string, raw_bytes: number, brotli_bytes: number}[]} of the files a page loads */
export function measure_dist() {
  const [loader, app, ...others] = Object.keys(bundles);
  return [loader, app, ...page_modules, ...others, ...plain_files]
    .filter((name) => existsSync(join(dist_folder, name)))
    .map((name) => ({
      name,
      raw_bytes: statSync(join(dist_folder, name)).size,
      brotli_bytes: brotliCompressSync(readFileSync(join(dist_folder, name))).length,
    }));
}

export function size_table(sizes) {
  const row = (name, raw, brotli) =>
    `${name.padEnd(22)} ${String(raw).padStart(9)} ${String(brotli).padStart(9)}`;
  return [
    row('file', 'bytes', 'brotli'),
    ...sizes.map((size) => row(size.name, size.raw_bytes, size.brotli_bytes)),
  ].join('\n');
}

/**
 * @param {(line: string) => void} progress
 * @param {{demo?: boolean}} [options] demo: without the fallbacks, where there are none yet
 */
export async function build(progress = () => {}, { demo = false } = {}) {
  mkdirSync(dist_folder, { recursive: true });
  progress('build 1/2: generated types');
  await generate();
  progress('build 2/2: WebAssembly, bundles beside it');
  const esbuild = await import('esbuild');
  const with_fallbacks = !demo || has_fallbacks();
  await Promise.all([build_modules(esbuild, with_fallbacks, progress), bundle_all(esbuild)]);
}

async function build_modules(esbuild, with_fallbacks, progress) {
  await build_preset('wasm', {
    targets: await module_targets(with_fallbacks),
    on_line: (line) => /^\[\d+\/\d+\] Linking/.test(line) && progress(`  ${line}`),
  });
  await one_build_at_a_time(async () => {
    copy_modules(with_fallbacks ? page_modules : demo_modules);
    if (with_fallbacks) await write_plain(esbuild);
  });
}

async function build_cores() {
  await build_preset('wasm', { targets: [...cores, ...gateway_modules] });
  await one_build_at_a_time(async () => copy_modules(page_modules));
}

async function module_targets(with_fallbacks) {
  const targets = [];
  for (const target of [...cores, ...modules, ...gateway_modules, ...(with_fallbacks ? fallbacks : [])])
    if (await has_target('wasm', target)) targets.push(target);
  return targets;
}

/** For commands: builds with progress on stderr; a failure is shown and ends the program. */
export async function build_or_exit(work = build) {
  const started_ms = Date.now();
  try {
    await work((line) => process.stderr.write(`${line}\n`));
    process.stderr.write(`build: ready (${((Date.now() - started_ms) / 1000).toFixed(1)} s)\n`);
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    process.stderr.write(`${error.output}\nbuild failed: ${error.message}\n`);
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  exit_on_signals();
  const [flag] = process.argv.slice(2);
  if (flag === '--bundles') await bundle_all(await import('esbuild'));
  else if (flag === '--cores') await build_or_exit(build_cores);
  else await build_or_exit((progress) => build(progress, { demo: flag === '--demo' }));
  if (flag === undefined) console.log(size_table(measure_dist()));
}
