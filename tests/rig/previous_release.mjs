// The release before this one, for tests in which old and new meet: a clone of the project's own history in the cache, built there by
// its own tools. The first time takes minutes.
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cache_folder, checkout } from '../../tools/lib/paths.mjs';
import { run } from '../../tools/lib/run.mjs';

/** The commit of the last release; before the first one, of a version with text and calls. */
const commit = 'cfff886ca6ab413b76ce65949273a7c2c5885c51';

const folder = join(cache_folder, 'previous', commit.slice(0, 12));
const stamp = `${folder}.built`;

async function must(command, cwd) {
  const { code, output } = await run(command, { cwd });
  if (code !== 0)
    throw new Error(
      `the release before: ${command.join(' ')} failed in ${cwd}\n${output.split('\n').slice(-20).join('\n')}`,
    );
  return output;
}

/** Why it cannot be had here, or undefined. */
export async function previous_release_missing() {
  if (existsSync(stamp)) return undefined;
  const { code } = await run(['git', 'cat-file', '-e', `${commit}^{commit}`]);
  return code === 0
    ? undefined
    : `this clone's history does not reach ${commit.slice(0, 12)}: git fetch --unshallow`;
}

/** @returns {Promise<string>} its checkout, built */
export async function previous_release(log) {
  if (existsSync(stamp)) return folder;
  log(`building ${commit.slice(0, 12)}, the release before, in ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  await must(['git', 'clone', '--quiet', '--no-checkout', checkout, folder], checkout);
  await must(['git', 'checkout', '--quiet', '--detach', commit], folder);
  const { code: same_packages } = await run([
    'git',
    'diff',
    '--quiet',
    commit,
    'HEAD',
    '--',
    'package-lock.json',
  ]);
  if (same_packages === 0) symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'));
  else await must(['npm', 'ci', '--no-audit', '--no-fund'], folder);
  await must([process.execPath, 'tools/setup/main.mjs'], folder);
  await must([process.execPath, 'tools/build.mjs', '--quiet'], folder);
  writeFileSync(stamp, '');
  return folder;
}
