// `npm test [-- NAME]`: builds what the suites need, runs every suite (or those whose name begins with NAME), each with its output in
// build/logs/<suite>.log, and ends with a table and one line: "N passed, N failed, N skipped". What fails runs once more, alone, at the end
// (test/runner.mjs). With --check, in continuous integration, `npm run check` is one of the suites. Exit 0 only if nothing failed twice;
// with CI=true also only if nothing was skipped, but for tests that need the corpora which are not in the repository (SHOPBELL_CORPORA).
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { build } from './build.mjs';
import { cores } from './lib/backends.mjs';
import { BuildFailure, build_preset, has_target } from './lib/cmake.mjs';
import { logs_folder } from './lib/paths.mjs';
import { exit_on_signals } from './lib/run.mjs';
import { Runner, second_tries_of } from './test/runner.mjs';
import { check_suite, suites } from './test/suites.mjs';

const started_ms = Date.now();
const seconds_since = (ms) => (Date.now() - ms) / 1000;
const say = (line) => console.log(`test ${seconds_since(started_ms).toFixed(0).padStart(4)} s  ${line}`);

/** What suites name in `builds`. Compilers use both cores by themselves, so these run one after the other. */
const builds = {
  pages: () => build(),
  native: () => build_targets('native'),
  'native-asan': () => build_targets('native-asan'),
  fuzzers: () => build_preset('fuzz', { targets: ['fuzzers'] }),
  glue: () => build_preset('wasm', { targets: cores.map((core) => `${core}-glue`) }),
  'wasm-unit': () => build_preset('wasm', { targets: ['unit'] }),
  'voice-codec': async () => {
    await build_preset('native', { targets: ['voice_codec'] });
    await build_preset('wasm', { targets: ['opus_tests'] });
  },
};

async function build_targets(preset) {
  const targets = [];
  for (const target of ['unit', 'transcripts']) if (await has_target(preset, target)) targets.push(target);
  await build_preset(preset, { targets });
}

/** @returns {Promise<Map<string, string>>} the builds that failed, and why */
async function build_for(chosen) {
  const wanted = Object.keys(builds).filter((name) => chosen.some((suite) => suite.builds.includes(name)));
  const broken = new Map();
  for (const [i, name] of wanted.entries()) {
    say(`build ${i + 1}/${wanted.length}: ${name}`);
    try {
      await builds[name]();
    } catch (error) {
      if (!(error instanceof BuildFailure)) throw error;
      broken.set(name, error.message);
      console.log(`${error.output}\n${error.message}`);
    }
  }
  return broken;
}

function print_table(results) {
  const row = (...cells) =>
    cells.map((cell, i) => (i === 0 ? String(cell).padEnd(18) : String(cell).padStart(9))).join('');
  console.log(`\n${row('suite', 'passed', 'failed', 'skipped', 'seconds')}`);
  for (const { name, passed, failed, skipped, seconds } of results) {
    console.log(row(name, passed, failed, skipped, seconds.toFixed(1)));
  }
  const skips = results.flatMap(({ name, skips }) => skips.map((line) => `  ${name}: ${line.trim()}`));
  if (skips.length > 0) console.log(`\nSKIPPED, not tested on this machine:\n${skips.join('\n')}`);
}

const with_check = process.argv.includes('--check');
const [prefix = '', ...more] = process.argv.slice(2).filter((argument) => argument !== '--check');
if (more.length > 0) {
  console.error(`test: one prefix at a time, or none for all suites; there is also "${more.join(' ')}"`);
  process.exit(2);
}
const chosen = [...suites, ...(with_check ? [check_suite] : [])].filter(({ name }) =>
  name.startsWith(prefix),
);
if (chosen.length === 0) {
  console.error(
    `test: no suite begins with "${prefix}". There are: ${suites.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
exit_on_signals();
if (prefix === '' && existsSync(logs_folder)) rmSync(logs_folder, { recursive: true });
mkdirSync(logs_folder, { recursive: true });
const runner = new Runner({ logs: logs_folder, say });
const results = await runner.run_all(chosen, await build_for(chosen));
print_table(results);
const second_tries = second_tries_of(results);
if (second_tries) console.log(`\n${second_tries}`);
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
const missed = results.flatMap(({ skipped, skips }) =>
  skips.length < skipped
    ? ['a skip without a reason']
    : skips.filter((line) => !line.includes('SHOPBELL_CORPORA')),
);
if (sum('failed') > 0 || (process.env.CI === 'true' && missed.length > 0)) process.exitCode = 1;
