// npm packages that only tests or benches use, and that `npm start` shall not bring: by a lock file of their own, once for each lock file
// and node, in the cache.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cache_folder, checkout } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { SetupFailure } from './failure.mjs';
import { heartbeat, say } from './progress.mjs';

const inputs = ['package.json', 'package-lock.json'];

/** @typedef {{name: string, folder: string}} LockedPackages folder: where their package.json and package-lock.json are */

/** What the scripted agent of the tests runs on. @type {LockedPackages} */
export const livekit_agent = { name: 'livekit-agent', folder: join(checkout, 'tests/rig/livekit/packages') };

/** @param {LockedPackages} packages @returns {string} the folder that has their node_modules, once they are there */
export function locked_folder({ name, folder }) {
  const hash = createHash('sha256');
  hash.update(readFileSync(join(folder, 'package-lock.json')));
  hash.update(`${process.version} ${process.arch} ${process.platform}`);
  return join(cache_folder, 'npm', `${name}-${hash.digest('hex').slice(0, 16)}`);
}

/** @param {LockedPackages} packages */
export const locked_are_there = (packages) => existsSync(locked_folder(packages));

/** No script of theirs runs. @param {LockedPackages} packages */
export async function get_locked(packages) {
  const target = locked_folder(packages);
  const work = `${target}.new`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  for (const name of inputs) copyFileSync(join(packages.folder, name), join(work, name));
  say(`  npm ci: ${packages.name}`);
  const end_heartbeat = heartbeat(`npm ci: ${packages.name}`);
  const log = join(cache_folder, `${basename(target)}.log`);
  const { code, output } = await run(
    ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'],
    { cwd: work, timeout_ms: 1_200_000, log },
  );
  end_heartbeat();
  if (code !== 0) {
    rmSync(work, { recursive: true, force: true });
    throw new SetupFailure(
      `npm could not install the packages of ${packages.name} (${output.trim().split('\n')[0]}; all of it: ${log}).`,
      'Check that npm reaches its registry (`npm ping`) and run the command again.',
    );
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(work, target);
}
