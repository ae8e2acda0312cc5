// `npm run simulate -- --seeds N --first S --jobs J`: builds the simulator (tests/simulation) and runs it; the flags are its own
// (tests/simulation/main.cpp).
// `npm run simulate -- --bugs [NAME]` instead puts the bugs of tests/faults/seeded back in a copy of the checkout, one at a time, or the one
// of that name: each must be found, by one of the seeds 1 to 2,000 or by the transcript of its race. The copy is kept in the cache folder.
//   --short   the short form that `npm test` runs: three of them, drawn by the commit's hash
// `npm run simulate -- --exhaust …`: every order of what may happen in small worlds (tests/simulation/small); with `--seeded [NAME]` each of
// those bugs, and the causes of seeds that once broke a promise (tests/faults/seeds), must be found there.
// Exit 0 only if every one was found. A patch that no longer applies, or does not build, is a failure.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { exhaust_bugs } from '../tests/faults/exhausted.mjs';
import { draw, load_bugs_to_exhaust, load_seeded_bugs } from '../tests/faults/patches.mjs';
import { find_seeded_bugs } from '../tests/faults/seeded.mjs';
import { BuildFailure, build_preset } from './lib/cmake.mjs';
import { commit_number } from './lib/commit.mjs';
import { build_folder } from './lib/paths.mjs';
import { exit_on_signals } from './lib/run.mjs';

async function build_or_exit(targets) {
  try {
    await build_preset('native', { targets });
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    console.error(`${error.output}\n${error.message}`);
    process.exit(1);
  }
}

/** The bugs that the flags behind `--bugs` mean. */
function bugs_of(flags) {
  const stop = (text) => {
    console.error(`simulate: ${text}\nusage: npm run simulate -- --bugs [NAME] [--short]`);
    process.exit(2);
  };
  const options = { bugs: { type: 'boolean' }, short: { type: 'boolean' } };
  let read;
  try {
    read = parseArgs({ args: flags, options, allowPositionals: true });
  } catch (error) {
    stop(error.message);
  }
  const bugs = load_seeded_bugs();
  const { values, positionals } = read;
  if (positionals.length === 0) return values.short ? draw(bugs, commit_number()) : bugs;
  const chosen = bugs.filter(({ name }) => positionals.includes(name));
  if (chosen.length < positionals.length)
    stop(`there is no bug "${positionals.join(' ')}"; there are: ${bugs.map(({ name }) => name).join(', ')}`);
  return chosen;
}

exit_on_signals();
const flags = process.argv.slice(2).filter((flag) => flag !== '--built');
const is_built = process.argv.includes('--built');
if (flags.includes('--bugs')) {
  const bugs = bugs_of(flags);
  if (!is_built) await build_or_exit(['simulate', 'transcripts']);
  process.exit((await find_seeded_bugs(bugs)) ? 0 : 1);
}
if (!is_built) await build_or_exit(['simulate']);
if (flags.includes('--seeded')) {
  const names = flags.filter((flag) => !flag.startsWith('--'));
  const bugs = load_bugs_to_exhaust().filter(({ name }) => names.length === 0 || names.includes(name));
  process.exit(bugs.length > 0 && (await exhaust_bugs(bugs)) ? 0 : 1);
}
process.exit(spawnSync(join(build_folder, 'native/simulate'), flags, { stdio: 'inherit' }).status ?? 1);
