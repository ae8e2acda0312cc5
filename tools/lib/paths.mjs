// Where things are: the checkout, the cache outside of it, and what setup found on this machine.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const build_folder = join(checkout, 'build');
export const logs_folder = join(build_folder, 'logs');
export const dist_folder = join(checkout, 'dist', 'dev');
export const release_folder = join(checkout, 'dist', 'release');
export const gateway_folder = join(checkout, 'dist', 'gateway');

export const cache_folder = resolve(
  process.env.SHOPBELL_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'shopbell'),
);

/** What `tools/setup` writes last and CMake, the build and the tests read: paths of this machine's tools. */
export const toolchain_file = join(build_folder, 'toolchain.json');

/** @returns {{cache: string, sources: Record<string, string>, emscripten: Record<string, string>, clang_format: string | null}} */
export function read_toolchain() {
  try {
    return JSON.parse(readFileSync(toolchain_file, 'utf8'));
  } catch {
    console.error('The toolchain is not set up yet: run `npm run setup` first.');
    process.exit(1);
  }
}
