// `npm run fuzz -- [PREFIX] [--minutes N] [--seconds N]`: runs each fuzz target (or those whose names begin with PREFIX) so long, two at a
// time: libFuzzer's of C++ (tests/fuzz/*_fuzz.cpp), and those of JavaScript parsers under a mutator of ours (tests/fuzz/javascript). Inputs
// that reach something new are kept in the cache folder and are where the next run begins; with --seconds, the short form that `npm test`
// runs, nothing is kept.
// What breaks a target lies in build/fuzz-findings/<target> and is tried first from then on, so that no luck makes it pass: mend it, keep
// it as a test, and remove it there. Exit 0 only if no target broke.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { BuildFailure, build_preset } from './lib/cmake.mjs';
import { build_folder, cache_folder, checkout } from './lib/paths.mjs';
import { exit_on_signals, run } from './lib/run.mjs';

const usage = 'usage: npm run fuzz -- [PREFIX] [--minutes N | --seconds N]';
const input_bytes_max = 4_096;
const input_seconds_max = 30; // on a busy machine, behind everything else
const folder = join(checkout, 'tests/fuzz');

const names_in = (where, ending) =>
  readdirSync(where)
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .sort();

/** One after the other, each with what a run of `seconds` over `folders` (kept, findings, seeds) calls. */
const targets = [
  ...names_in(folder, '_fuzz.cpp').map((name) => ({
    name,
    needs_build: true,
    command: (seconds, findings, folders) => [
      join(build_folder, 'fuzz', `${name}_fuzz`),
      ...[`-max_total_time=${seconds}`, `-max_len=${input_bytes_max}`, `-timeout=${input_seconds_max}`],
      ...[`-artifact_prefix=${findings}/`, '-print_final_stats=1', ...folders],
    ],
    again: (file) => `build/fuzz/${name}_fuzz ${file}`,
  })),
  ...names_in(join(folder, 'javascript'), '.fuzz.mjs').map((name) => ({
    name: `js_${name}`,
    needs_build: false,
    command: (seconds, findings, folders) => [
      ...[process.execPath, join(folder, 'javascript/run.mjs'), name],
      ...['--seconds', String(seconds), '--findings', findings, ...folders],
    ],
    again: (file) => `node tests/fuzz/javascript/run.mjs ${name} ${file}`,
  })),
];

function read_arguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { minutes: { type: 'string' }, seconds: { type: 'string' } },
    });
    if (positionals.length > 1) throw new Error(`one prefix, not ${positionals.length}`);
    const seconds = Number(values.seconds ?? Number(values.minutes ?? 1) * 60);
    if (!(seconds > 0)) throw new Error('the time is a number above 0');
    const [prefix = ''] = positionals;
    const chosen = targets.filter(({ name }) => name.startsWith(prefix));
    if (chosen.length === 0)
      throw new Error(
        `no target begins with "${prefix}". There are: ${targets.map(({ name }) => name).join(', ')}`,
      );
    return { seconds, keep: values.seconds === undefined, chosen };
  } catch (error) {
    console.error(`fuzz: ${error.message}\n${usage}`);
    process.exit(2);
  }
}

async function build(chosen) {
  if (!chosen.some(({ needs_build }) => needs_build)) return;
  try {
    await build_preset('fuzz', { targets: ['fuzzers'] });
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    console.error(`${error.output}\n${error.message}`);
    process.exit(1);
  }
}

const files_in = (where) => readdirSync(where).filter((name) => !name.startsWith('slow-unit'));

/** @returns {Promise<boolean>} whether it held */
async function fuzz(target, { seconds, keep }) {
  const findings = join(build_folder, 'fuzz-findings', target.name);
  const kept = keep ? join(cache_folder, 'fuzz', target.name) : mkdtempSync(join(tmpdir(), 'shopbell-fuzz-'));
  const seeds = join(folder, 'seeds', target.name);
  for (const needed of [findings, kept]) mkdirSync(needed, { recursive: true });
  const folders = [kept, findings, ...(existsSync(seeds) ? [seeds] : [])];
  // Behind everything else that the machine does.
  const command = ['nice', '-n', '15', ...target.command(seconds, findings, folders)];
  const timeout_ms = (seconds + 4 * input_seconds_max) * 1000;
  const { code, output } = await run(command, {
    log: join(build_folder, 'logs/fuzz', `${target.name}.log`),
    timeout_ms,
  });
  if (!keep) rmSync(kept, { recursive: true });
  const runs = /^stat::number_of_executed_units: +(\d+)$/m.exec(output)?.[1] ?? '?';
  if (code === 0) console.log(`ok     ${target.name}  ${runs} runs`);
  else {
    console.log(`FAILED ${target.name}`);
    console.log(`${output.trimEnd().split('\n').slice(-40).join('\n')}`);
    for (const name of files_in(findings))
      console.log(`once more: ${target.again(relative(checkout, join(findings, name)))}`);
  }
  return code === 0;
}

exit_on_signals();
const { chosen, ...how } = read_arguments();
await build(chosen);
const waiting = [...chosen];
let failed = 0;
const lane = async () => {
  for (let target; (target = waiting.shift());) if (!(await fuzz(target, how))) failed += 1;
};
await Promise.all([lane(), lane()]);
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
