// An older commit of the project beside this one, built by its own tools: a clone of this clone's history, in the cache. The first time takes
// minutes.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cache_folder, checkout } from './paths.mjs';
import { run } from './run.mjs';

const folder_of = (commit) => join(cache_folder, 'previous', commit.slice(0, 12));
const stamp_of = (commit) => `${folder_of(commit)}.built`;
const is_built = (commit) =>
  existsSync(stamp_of(commit)) && existsSync(join(folder_of(commit), 'node_modules'));

async function must(command, cwd) {
  const { code, output } = await run(command, { cwd });
  if (code !== 0)
    throw new Error(`${command.join(' ')} failed in ${cwd}\n${output.split('\n').slice(-20).join('\n')}`);
  return output;
}

/** @returns {Promise<string|undefined>} the whole hash of what git calls by that name; undefined: this clone has no such commit */
export async function commit_called(name) {
  const { code, stdout } = await run(['git', 'rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
  return code === 0 ? stdout.trim() : undefined;
}

/** Why it cannot be had here, or undefined. */
export async function older_checkout_missing(commit) {
  if (is_built(commit) || (await commit_called(commit))) return undefined;
  return `this clone's history does not reach ${commit.slice(0, 12)}: git fetch --unshallow`;
}

/**
 * @param {string} commit its whole hash
 * @param {(line: string) => void} log
 * @returns {Promise<string>} its checkout, built
 */
export async function older_checkout(commit, log) {
  const folder = folder_of(commit);
  if (is_built(commit)) return folder;
  log(`building ${commit.slice(0, 12)} in ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  await must(['git', 'clone', '--quiet', '--no-checkout', checkout, folder], checkout);
  await must(['git', 'checkout', '--quiet', '--detach', commit], folder);
  // Packages of its own, too: a link to another checkout's would end with that checkout.
  await must([process.execPath, 'tools/setup/main.mjs'], folder);
  await must([process.execPath, 'tools/build.mjs', '--quiet'], folder);
  writeFileSync(stamp_of(commit), '');
  return folder;
}
