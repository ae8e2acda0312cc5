// The bugs of seeded/: mistakes that are easily made, put back into the core, registry and voice session on purpose, one at a time. Each
// patch says above its diff what the mistake is and, in a line `Found-by:`, what must find it: `simulation`, by one of the seeds 1 to
// 2,000, or `transcript NAME`, by that one of tests/transcripts. What finds it must pass without it, or it proves nothing.
import { join } from 'node:path';
import { cache_folder, checkout } from '../../tools/lib/paths.mjs';
import { run } from '../../tools/lib/run.mjs';
import { find_each, judge_with, missed, now_and_then } from './put_back.mjs';

const seeds_max = 2_000;
const folder = join(cache_folder, 'seeded-bugs');

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

/**
 * @param {Pick<ReturnType<typeof import('./scratch.mjs').native_scratch>, 'folder' | 'apply' | 'revert' | 'build'>} scratch
 * @param {import('./patches.mjs').SeededBug} bug
 * @param {string} [sources] without the bug, and built
 * @returns {Promise<import('./put_back.mjs').Verdict>}
 */
export function judge(scratch, bug, sources = checkout) {
  const program = bug.transcript ? 'transcripts' : 'simulate';
  const mistaken = built(scratch.folder, program);
  const sound = built(sources, program);
  return judge_with(scratch, bug, program, () =>
    bug.transcript
      ? judge_by_transcript(bug.transcript, mistaken, sound)
      : judge_by_simulation(mistaken, sound),
  );
}

/**
 * Puts each back in a copy of the checkout, whose own `simulate` and `transcripts` are built.
 * @param {import('./patches.mjs').SeededBug[]} bugs
 * @returns {Promise<boolean>} all of them were found
 */
export const find_seeded_bugs = (bugs) => find_each(bugs, folder, (scratch, bug) => judge(scratch, bug));
