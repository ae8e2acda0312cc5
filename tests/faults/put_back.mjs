// Puts bugs back in a copy of the checkout that is kept, one at a time, and prints what became of each.
import { performance } from 'node:perf_hooks';
import { BuildFailure } from '../../tools/lib/cmake.mjs';
import { with_lock } from '../../tools/lib/lock.mjs';
import { checkout } from '../../tools/lib/paths.mjs';
import { native_scratch } from './scratch.mjs';

export const say = (text) => console.log(`bugs: ${text}`);
export const missed = (note) => ({ found: false, note });
const first_line = (text) => text.trim().split('\n')[0].slice(0, 200);

/** @typedef {{found: boolean, note: string}} Verdict */

/**
 * Lines that pass the filter, at most one in ten seconds: a program that works for long says so.
 * @returns {(line: string) => void}
 */
export function now_and_then(filter) {
  let said_ms = performance.now();
  return (line) => {
    if (!filter.test(line) || performance.now() < said_ms + 10_000) return;
    said_ms = performance.now();
    say(`  ${line.trim()}`);
  };
}

/**
 * @param {Pick<ReturnType<typeof native_scratch>, 'folder' | 'apply' | 'revert' | 'build'>} scratch
 * @param {{file: string, path: string}} bug
 * @param {string} program the target that the bug is looked for with
 * @param {() => Promise<Verdict>} search where it is there and built
 * @returns {Promise<Verdict>}
 */
export async function judge_with(scratch, { file, path }, program, search) {
  const applied = scratch.apply(path);
  if (applied.code !== 0) return missed(`no longer applies: ${first_line(applied.output)}`);
  const verdict = await searched(scratch, program, search);
  const reverted = scratch.revert(path);
  if (reverted.code !== 0) throw new Error(`${file} cannot be taken back: ${reverted.output}`);
  return verdict;
}

async function searched(scratch, program, search) {
  try {
    await scratch.build(program, now_and_then(/^\[/));
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    const [reason] = /^.*error: .*/m.exec(error.output) ?? [first_line(error.output) || error.message];
    return missed(`does not build: ${reason}`);
  }
  return search();
}

/**
 * The last line says how many were found.
 * @template {{name: string}} Bug
 * @param {Bug[]} bugs
 * @param {string} folder of the copy
 * @param {(scratch: ReturnType<typeof native_scratch>, bug: Bug) => Promise<Verdict>} judge
 * @returns {Promise<boolean>} all of them were
 */
export async function find_each(bugs, folder, judge) {
  const table = await with_lock(`${folder}.lock`, 'search for bugs that are put back', async () => {
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
