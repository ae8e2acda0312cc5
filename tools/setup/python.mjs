// Python packages, for tests alone: a virtual environment in the cache, one for each requirements file and Python, in which an agent that
// others have written runs as its owner would run it (tests/rig/agui/server.mjs).
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { cache_folder, checkout } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { SetupFailure } from './failure.mjs';
import { heartbeat, say } from './progress.mjs';

/** Debian's own: python3-venv belongs to it, whatever else PATH names first. */
const system_python = '/usr/bin/python3';

/** @typedef {{requirements: string}} Environment requirements: a file in which every package has its version and its hashes */

/** @type {Environment} */
export const agents = { requirements: join(checkout, 'tools/setup/agents_requirements.txt') };

/** The link's end names Python's version: after a change of it the old environment's packages are of no use. */
function key_of({ requirements }) {
  const hash = createHash('sha256');
  hash.update(readFileSync(requirements));
  hash.update(`${existsSync(system_python) ? realpathSync(system_python) : ''} ${process.arch}`);
  return hash.digest('hex').slice(0, 16);
}

/** @param {Environment} environment */
export const environment_folder = (environment) => join(cache_folder, 'python', key_of(environment));

/** @param {Environment} environment @returns {string} its interpreter */
export const python_of = (environment) => join(environment_folder(environment), 'bin', 'python');

// An environment cannot be renamed into place, since it holds its own path; this file is written last instead.
const stamp_of = (environment) => join(environment_folder(environment), '.shopbell-setup');

/** All that is installed, by name: an environment to which somebody added a package, or took one from it, is another one. */
function installed_in(folder) {
  const lib = join(folder, 'lib');
  const names = readdirSync(lib).flatMap((version) => readdirSync(join(lib, version, 'site-packages')));
  return names
    .filter((name) => name !== '__pycache__')
    .sort()
    .join('\n');
}

/** @param {Environment} environment */
export function environment_is_there(environment) {
  if (!existsSync(stamp_of(environment)) || !existsSync(python_of(environment))) return false;
  try {
    return readFileSync(stamp_of(environment), 'utf8') === installed_in(environment_folder(environment));
  } catch {
    return false; // not even its folders are there
  }
}

/** The line of an output that says what went wrong. */
const reason_in = (output) => {
  const lines = output.trim().split('\n');
  return lines.find((line) => /^\s*(ERROR|Error):/.test(line))?.trim() ?? lines.at(-1);
};

/** @param {Environment} environment one that is half made or wrong is thrown away first */
export async function make_environment(environment) {
  const folder = environment_folder(environment);
  const log = join(cache_folder, 'python-install.log');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(cache_folder, 'python'), { recursive: true });
  const made = await run([system_python, '-m', 'venv', folder], { timeout_ms: 300_000, log });
  if (made.code !== 0)
    throw new SetupFailure(
      `Python could not make a virtual environment (${reason_in(made.output)}; all of it: ${log}).`,
      'Check that python3-venv is installed for /usr/bin/python3, and the free disk space, and run the command again.',
    );
  say('  pip install (half a minute)');
  const end_heartbeat = heartbeat('pip install');
  // Wheels alone: a source would run its own code to be built, and would need compilers.
  const flags = ['--require-hashes', '--only-binary', ':all:', '--no-input', '--disable-pip-version-check'];
  const installed = await run(
    [python_of(environment), '-m', 'pip', 'install', '-q', ...flags, '-r', environment.requirements],
    { timeout_ms: 1_200_000, log },
  );
  end_heartbeat();
  if (installed.code !== 0) {
    rmSync(folder, { recursive: true, force: true });
    throw new SetupFailure(
      `pip could not install the Python packages for tests (${reason_in(installed.output)}; all of it: ${log}).`,
      "Check that pip reaches its index (`pip download h11`; a proxy or an index of one's own stands in pip.conf) and run the command again.",
    );
  }
  writeFileSync(stamp_of(environment), installed_in(folder));
}
