// The bugs of seeded/: mistakes that are easily made, put back into the core, registry and voice session on purpose, one at a time. Each
// patch says above its diff what the mistake is and, in a line `Found-by:`, what must find it: `simulation`, by one of the seeds 1 to
// 2,000, or `transcript NAME`, by that one of tests/transcripts. What finds it must pass without it, or it proves nothing.
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { BuildFailure } from '../../tools/lib/cmake.mjs';
import { with_lock } from '../../tools/lib/lock.mjs';
import { cache_folder, checkout } from '../../tools/lib/paths.mjs';
import { run } from '../../tools/lib/run.mjs';
import { native_scratch } from './scratch.mjs';

const seeds_max = 2_000;
const folder = join(cache_folder, 'seeded-bugs');
const say = (text) => console.log(`bugs: ${text}`);

const missed = (note) => ({ found: false, note });
const first_line = (text) => text.trim().split('\n')[0].slice(0, 200);

/** Lines that pass the filter, at most one in ten seconds: a program that works for long says so. */
function now_and_then(filter) {
  let said_ms = performance.now();
  return (line) => {
    if (!filter.test(line) || performance.now() < said_ms + 10_000) return;
    said_ms = performance.now();
    say(`  ${line.trim()}`);
  };
}

/** A program built in a copy of the checkout or, without a fault, in the checkout. */
const built =
  (sources, program) =>
  (...flags) =>
    run([join(sources, 'build/native', program), ...flags], {
      cwd: sources,
      on_line: now_and_then(/ of \d+ seeds, /),
    });

async function judge_by_simulation(mistaken, sound) {
  const { code, output } = await mistaken(
    ...['--first', '1', '--seeds', String(seeds_max), '--until-violation', '--brief'],
  );
  const [words] = /^seed \d+:.*(?:\n +\d.*)?/m.exec(output) ?? [];
  if (code === 0) return missed(`no violation in the seeds 1 to ${seeds_max}`);
  if (!words) return missed(`the simulator ended with ${code} and without a violation`);
  const [, seed] = /^seed (\d+)/.exec(words);
  const without = await sound('--first', seed, '--seeds', '1', '--brief');
  if (without.code !== 0) return missed(`seed ${seed} does not pass without it either`);
  return { found: true, note: words.replaceAll(/\s+/g, ' ').slice(0, 160) };
}

async function judge_by_transcript(name, mistaken, sound) {
  const file = `tests/transcripts/${name}.txt`;
  if ((await sound(file)).code !== 0) return missed(`${name}.txt does not pass without it either`);
  const { code, output } = await mistaken(file);
  if (code === 0) return missed(`${name}.txt passes`);
  const [line] = /^ +line .*/m.exec(output) ?? [`ended with ${code}`];
  return { found: true, note: `${name}.txt fails, ${line.trim()}`.slice(0, 160) };
}

async function judge_applied(scratch, { transcript }, sources) {
  const program = transcript ? 'transcripts' : 'simulate';
  try {
    await scratch.build(program, now_and_then(/^\[/));
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    const [reason] = /^.*error: .*/m.exec(error.output) ?? [first_line(error.output) || error.message];
    return missed(`does not build: ${reason}`);
  }
  const mistaken = built(scratch.folder, program);
  const sound = built(sources, program);
  return transcript ? judge_by_transcript(transcript, mistaken, sound) : judge_by_simulation(mistaken, sound);
}

/**
 * @param {Pick<ReturnType<typeof native_scratch>, 'folder' | 'apply' | 'revert' | 'build'>} scratch
 * @param {import('./patches.mjs').SeededBug} bug
 * @param {string} [sources] without the bug, and built
 * @returns {Promise<{found: boolean, note: string}>}
 */
export async function judge(scratch, bug, sources = checkout) {
  const applied = scratch.apply(bug.path);
  if (applied.code !== 0) return missed(`no longer applies: ${first_line(applied.output)}`);
  const verdict = await judge_applied(scratch, bug, sources);
  const reverted = scratch.revert(bug.path);
  if (reverted.code !== 0) throw new Error(`${bug.file} cannot be taken back: ${reverted.output}`);
  return verdict;
}

/**
 * Puts each back in a copy of the checkout, whose own `simulate` and `transcripts` are built. The last line says how many were found.
 * @param {import('./patches.mjs').SeededBug[]} bugs
 * @returns {Promise<boolean>} all of them
 */
export async function find_seeded_bugs(bugs) {
  const table = await with_lock(`${folder}.lock`, 'search for seeded bugs', async () => {
    say(`${bugs.length} to put back in ${folder}`);
    const scratch = native_scratch(checkout, folder);
    const judged = [];
    for (const bug of bugs) {
      say(bug.name);
      const from_ms = performance.now();
      const verdict = await judge(scratch, bug);
      judged.push({ ...bug, ...verdict, seconds: (performance.now() - from_ms) / 1000 });
    }
    return judged;
  });
  const width = Math.max(...bugs.map(({ name }) => name.length));
  console.log('');
  for (const { name, found, note, seconds } of table)
    console.log(
      `${name.padEnd(width)}  ${found ? 'found    ' : 'NOT FOUND'} ${seconds.toFixed(0).padStart(4)} s  ${note}`,
    );
  const not_found = table.filter(({ found }) => !found);
  console.log('');
  // Each can be looked for once more by its name (tools/test/runner.mjs).
  for (const { name } of not_found) console.log(`FAILED ${name}`);
  console.log(`${bugs.length - not_found.length} passed, ${not_found.length} failed`);
  return not_found.length === 0;
}
