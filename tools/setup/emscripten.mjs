// Finds or makes the WebAssembly compiler. In this order: emcc on PATH when it is new enough; Debian 13's package; a Debian 13 root
// in the cache, in which the compiler is run (compiler_root.mjs).
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { find_command, is_there } from './debian.mjs';
import { SetupFailure } from './failure.mjs';
import {
  compiler_root_is_there,
  find_way,
  make_compiler_root,
  way_is_known,
  wrapper_of,
  write_wrappers,
} from './compiler_root.mjs';
import {
  clang_format_major,
  debian_release,
  emscripten_min,
  packages_for_root,
  packages_from_debian_13,
} from './versions.mjs';

function version_of(emcc) {
  const shown = spawnSync(emcc, ['-dumpversion'], { encoding: 'utf8' });
  return (
    /^(\d+)\.(\d+)\.(\d+)/
      .exec(shown.stdout ?? '')
      ?.slice(1)
      .map(Number) ?? null
  );
}

function is_new_enough(version) {
  for (const [i, wanted] of emscripten_min.entries()) {
    if (version[i] !== wanted) return version[i] > wanted;
  }
  return true;
}

function emcc_on_path() {
  const emcc = find_command('emcc');
  if (!emcc) return null;
  const version = version_of(emcc);
  return version && is_new_enough(version) ? emcc : null;
}

const from_apt = () => (debian_release() ?? 0) >= 13;

/** What of it comes by apt: all of it, or what makes and enters a root, or nothing where somebody put one on PATH. */
export function packages_of_emscripten() {
  if (from_apt()) return packages_from_debian_13;
  if (emcc_on_path() || is_foreign()) return [];
  return packages_for_root;
}

/** No Debian, and nothing that makes a root of one. */
const is_foreign = () => debian_release() === null && !find_command('debootstrap');

const packages_are_there = () => packages_of_emscripten().every(({ proof }) => is_there(proof));

/** The commands that CMake needs, beside one emcc. */
function tools_beside(emcc) {
  const folder = dirname(emcc);
  // Emscripten's own download keeps Binaryen in a folder beside.
  const wasm2js = [join(folder, 'wasm2js'), join(folder, '../bin/wasm2js')];
  return {
    emcc,
    emxx: join(folder, 'em++'),
    emar: join(folder, 'emar'),
    emranlib: join(folder, 'emranlib'),
    wasm2js: wasm2js.find((file) => existsSync(file)) ?? 'wasm2js',
    where: 'PATH',
  };
}

const clang_format_of_machine = () => {
  for (const name of [`clang-format-${clang_format_major}`, 'clang-format']) {
    const path = find_command(name);
    if (
      path &&
      spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.includes(`version ${clang_format_major}.`)
    )
      return path;
  }
  return null;
};

/** @returns {null | {emscripten: object, clang_format: string | null}} null: something has to be made first */
export function find_emscripten() {
  if (!packages_are_there()) return null;
  const emcc = emcc_on_path();
  if (emcc) {
    return { emscripten: tools_beside(emcc), clang_format: clang_format_of_machine() };
  }
  if (from_apt() || !compiler_root_is_there() || !way_is_known()) return null;
  write_wrappers();
  return {
    emscripten: {
      emcc: wrapper_of('emcc'),
      emxx: wrapper_of('em++'),
      emar: wrapper_of('emar'),
      emranlib: wrapper_of('emranlib'),
      wasm2js: wrapper_of('wasm2js'),
      where: 'debian-13-root',
    },
    clang_format: wrapper_of('clang-format'),
  };
}

/** Its packages are there. */
export async function make_emscripten() {
  if (is_foreign()) {
    throw new SetupFailure(
      `No emcc ${emscripten_min.join('.')} or newer is on PATH, and this is not Debian.`,
      'Install Emscripten (3.1.69 or newer) so that `emcc` is on PATH and run the command again.',
    );
  }
  if (from_apt()) {
    throw new SetupFailure(
      `The emcc found first on PATH (${find_command('emcc')}) is older than ${emscripten_min.join('.')} or does not run.`,
      'Take it off PATH, or update it, and run the command again.',
    );
  }
  if (!compiler_root_is_there()) await make_compiler_root();
  await find_way();
}
