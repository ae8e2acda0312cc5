// Every test suite: what it needs built, how it runs, and how its output is read. A suite whose files do not exist has no place here
// yet and is left out.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { commit_number } from '../lib/commit.mjs';
import { build_folder, checkout, logs_folder } from '../lib/paths.mjs';
import {
  count_acceptance,
  count_checks,
  count_faults,
  count_googletest,
  count_files,
  count_lines,
} from './counts.mjs';

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {string[]} builds names of builds (tools/test.mjs) that must have succeeded
 * @property {'computes' | 'waits' | 'alone' | 'spare'} turn computes: as fast as the machine can; waits: for browsers and servers, most of
 *   the time; alone: real sound or measured time, nothing may run beside it; spare: computes behind what waits, with what that leaves
 * @property {number} limit_s
 * @property {() => boolean} exists
 * @property {(part?: string) => string[]} command of the whole suite, or of one part as `count` names it
 * @property {(result: {code: number, stdout: string, output: string}) => import('./counts.mjs').Counts} count
 */

/** In its rooms too. */
const names_in = (folder) =>
  existsSync(join(checkout, folder)) ? readdirSync(join(checkout, folder), { recursive: true }) : [];

const has_files = (folder, pattern) => names_in(folder).some((name) => pattern.test(name));

const files_in = (folder, ending) =>
  names_in(folder)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));

function googletest_suite(name, build, command) {
  return {
    name,
    builds: [build],
    turn: 'computes',
    limit_s: 600,
    exists: () => has_files('tests/unit', /_test\.cpp$/),
    command: (part) => (part === undefined ? command : [...command, `--gtest_filter=${part}`]),
    count: count_googletest,
  };
}

function transcript_suite(name, build) {
  const folder = 'tests/transcripts';
  return {
    name,
    builds: [build],
    turn: 'computes',
    limit_s: 600,
    exists: () => has_files(folder, /\.cpp$/),
    command: (part) => [
      join(build_folder, build, 'transcripts'),
      ...(part === undefined ? files_in(folder, '.txt') : [part]),
    ],
    count: count_lines,
  };
}

/** @param {(part?: string) => string[]} flags */
function simulation_suite(name, flags) {
  return {
    name,
    builds: ['native'],
    turn: 'computes',
    limit_s: 600,
    exists: () => has_files('tests/simulation', /\.cpp$/),
    command: (part) => [process.execPath, 'tools/simulate.mjs', ...flags(part)],
    count: count_lines,
  };
}

const counting_reporter = join(checkout, 'tools/test/counting_reporter.mjs');

export function node_suite(
  name,
  { builds = [], turn = 'computes', limit_s = 600, folder = `tests/${name}` } = {},
) {
  const counts_file = join(logs_folder, `${name}.json`);
  return {
    name,
    builds,
    turn,
    limit_s,
    exists: () => has_files(folder, /\.test\.mjs$/),
    command: (part) => [
      ...[process.execPath, '--test', '--test-concurrency=1'],
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...[`--test-reporter=${counting_reporter}`, `--test-reporter-destination=${counts_file}`],
      ...(part === undefined ? files_in(folder, '.test.mjs') : [part]),
    ],
    count: (result) => count_files(result, counts_file),
  };
}

function acceptance_suite(name, { timed, turn, limit_s }) {
  return {
    name,
    builds: ['pages'],
    turn,
    limit_s,
    exists: () => existsSync(join(checkout, 'tests/acceptance/run.mjs')),
    command: (row) => [
      ...[process.execPath, 'tests/acceptance/run.mjs', '--built', '--timed', timed, '--json'],
      ...(row === undefined ? [] : [row, '--exact']),
    ],
    count: count_acceptance,
  };
}

/** The C++ targets and the JavaScript ones, ten seconds each. */
const fuzz_suite = {
  name: 'fuzz',
  builds: ['fuzzers'],
  turn: 'spare',
  limit_s: 900,
  exists: () => has_files('tests/fuzz', /_fuzz\.cpp$/),
  command: (target = '') => [process.execPath, 'tools/fuzz.mjs', target, '--seconds', '10'],
  count: count_lines,
};

/** `npm run check`, in continuous integration: behind what waits instead of after it. */
export const check_suite = {
  name: 'check',
  builds: ['pages'],
  turn: 'spare',
  limit_s: 1200,
  exists: () => true,
  command: () => ['nice', '-n', '15', process.execPath, 'tools/check/main.mjs', '--built'],
  count: count_checks,
};

/** @type {Suite[]} in the order of the final table */
export const suites = [
  googletest_suite('unit', 'native', [join(build_folder, 'native/unit')]),
  transcript_suite('transcripts', 'native'),
  // Other storms with each commit; one that broke a promise is kept as a transcript.
  simulation_suite('simulation', () => [
    ...['--first', String(commit_number()), '--seeds', '500', '--jobs', '2', '--brief'],
  ]),
  // Every order of five things; deeper: `npm run simulate -- --exhaust`, which also asks whether states of one digest are one. Two in some
  // six thousand are not (tests/simulation/README.md): here that would be luck.
  simulation_suite('simulation-exhaust', () => [
    ...['--exhaust', '--depth', '5', '--jobs', '2', '--verify-one-in', '0', '--brief'],
  ]),
  // Three, others with each commit. All: `npm run simulate -- --bugs`.
  simulation_suite('simulation-bugs', (bug = '--short') => ['--bugs', bug]),
  googletest_suite('asan-unit', 'native-asan', [join(build_folder, 'native-asan/unit')]),
  transcript_suite('asan-transcripts', 'native-asan'),
  googletest_suite('wasm-unit', 'wasm-unit', [process.execPath, join(build_folder, 'wasm/unit.cjs')]),
  fuzz_suite,
  node_suite('tools'),
  node_suite('node', { builds: ['pages', 'native', 'glue'] }),
  node_suite('voice-codec', { builds: ['pages', 'voice-codec'], limit_s: 1800 }),
  node_suite('rig', { builds: ['pages'], turn: 'alone' }),
  // What agents of others say on the wire, which the back ends are built on.
  node_suite('agents', { builds: ['pages'], turn: 'waits' }),
  // The real LiveKit server, client and agent's library with one another: what calls over LiveKit are tested with.
  node_suite('livekit-parts', { turn: 'alone' }),
  // Calls in a room out of a shop's page, and what breaks about them. SHOPBELL_LONG=1 cuts for a minute, too.
  node_suite('livekit-calls', { builds: ['pages'], turn: 'alone' }),
  node_suite('speech', { builds: ['pages'], turn: 'waits' }),
  node_suite('gateway', { builds: ['pages'], turn: 'waits' }),
  // SHOPBELL_LONG=1: every policy with every form of the modules.
  node_suite('policies', { builds: ['pages'], turn: 'waits', limit_s: 900 }),
  // SHOPBELL_LONG=1: thirty releases and rollbacks.
  node_suite('release', { builds: ['pages'], turn: 'waits', limit_s: 900 }),
  node_suite('doctor', { builds: ['pages'], turn: 'waits', limit_s: 900 }),
  node_suite('browser', { builds: ['pages'], turn: 'waits', limit_s: 1200 }),
  // SHOPBELL_LONG=1 has more rates, more blocks and more faults.
  node_suite('conversation', { builds: ['pages'], turn: 'alone', limit_s: 1200 }),
  acceptance_suite('acceptance', { timed: 'no', turn: 'waits', limit_s: 1800 }),
  // Rows whose bar is a time in seconds.
  acceptance_suite('acceptance-timed', { timed: 'yes', turn: 'alone', limit_s: 600 }),
  {
    name: 'faults',
    builds: ['pages'],
    turn: 'waits',
    limit_s: 2400,
    exists: () => has_files('tests/faults', /\.patch$/),
    // The acceptance suite runs the rows without a fault. All faults: `npm run faults`.
    command: (patch) => [
      ...[process.execPath, 'tests/faults/run.mjs', '--trust-rows', '--short'],
      ...(patch === undefined ? [] : [patch]),
    ],
    count: count_faults,
  },
].filter((suite) => suite.exists());
