// `npm run simulate -- --seeds N --first S --jobs J`: builds the simulator (tests/simulation) and runs it; the flags are its own
// (tests/simulation/main.cpp). `--bugs` instead shows that each of the seeded bugs (wasm/core/base/seeded_bug.h) is found: eight within the
// seeds 1 to 2,000, what naive clients do by the transcript of its race.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { BuildFailure, build_preset } from './lib/cmake.mjs';
import { build_folder, checkout } from './lib/paths.mjs';
import { exit_on_signals } from './lib/run.mjs';

const bugs = 8;
const races = {
  9: 'connect_twice',
  10: 'late_success',
  11: 'not_a_duplicate',
  12: 'not_rejoined',
  13: 'own_leave',
  14: 'server_killed',
};
const seeds_max = 2_000;
const program = join(build_folder, 'native/simulate');

async function build_or_exit() {
  try {
    await build_preset('native', { targets: ['simulate', 'transcripts'] });
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    console.error(`${error.output}\n${error.message}`);
    process.exit(1);
  }
}

/** Whether the simulator ends by a violation, and its words. */
function finds(bug) {
  const { status, stdout, stderr } = spawnSync(
    program,
    ['--bug', String(bug), '--first', '1', '--seeds', String(seeds_max), '--until-violation', '--brief'],
    { encoding: 'utf8' },
  );
  const words = `${stdout}${stderr}`.split('\n').filter((line) => /^(seed \d|  +\d)/.test(line));
  return { found: status === 1 && words.length > 0, words: words.slice(0, 2) };
}

/** Whether the race's transcript, which passes, does not pass with the bug. */
function race_fails(bug) {
  const transcript = join(checkout, `tests/transcripts/race_${races[bug]}.txt`);
  const passes = (...how) =>
    spawnSync(join(build_folder, 'native/transcripts'), [...how, transcript]).status === 0;
  return passes() && !passes('--bug', bug);
}

exit_on_signals();
const flags = process.argv.slice(2).filter((flag) => flag !== '--built');
if (!process.argv.includes('--built')) await build_or_exit();
if (flags.includes('--bugs')) {
  let missed = 0;
  for (let bug = 1; bug <= bugs; bug += 1) {
    const { found, words } = finds(bug);
    if (!found) missed += 1;
    console.log(`bug ${bug}: ${found ? words.map((line) => line.trim()).join('  ') : 'NOT FOUND'}`);
  }
  for (const bug of Object.keys(races)) {
    const found = race_fails(bug);
    if (!found) missed += 1;
    console.log(`bug ${bug}: race_${races[bug]}.txt ${found ? 'fails' : 'DOES NOT NOTICE'}`);
  }
  const all = bugs + Object.keys(races).length;
  console.log(`${all - missed} passed, ${missed} failed`);
  process.exit(missed === 0 ? 0 : 1);
}
process.exit(spawnSync(program, flags, { stdio: 'inherit' }).status ?? 1);
