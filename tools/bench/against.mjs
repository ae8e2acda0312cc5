// `npm run bench -- SUITE --against COMMIT`: this checkout and an older one in turns, so that what the machine does meanwhile meets both.
// Each turn is a run of its own by the tools of its own checkout; of ours alone, since rivals are the same in both.
import { commit_called, older_checkout } from '../lib/older_checkout.mjs';
import { checkout } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { median } from '../lib/samples.mjs';

export const turns_usual = 10;

/**
 * @param {Record<string, number>[]} now what each turn of this checkout measured
 * @param {Record<string, number>[]} before and of the older one
 * @returns {Record<string, Record<string, number>>} columns for a table: the medians, and now / before; what one of them has not is left out
 */
export function compared(now, before) {
  const has = (runs, name) => runs.length > 0 && runs.every((one) => Number.isFinite(one[name]));
  const names = Object.keys(now[0] ?? {}).filter((name) => has(now, name) && has(before, name));
  const column = (value_of) => Object.fromEntries(names.map((name) => [name, value_of(name)]));
  const middle = (runs) => (name) => median(runs.map((one) => one[name]));
  return {
    now: column(middle(now)),
    before: column(middle(before)),
    ratio: column((name) => {
      const was = middle(before)(name);
      return was === 0 ? null : middle(now)(name) / was;
    }),
  };
}

async function one_turn(suite, cwd) {
  const { code, stdout, output } = await run([process.execPath, 'tools/bench/main.mjs', suite, '--json'], {
    cwd,
  });
  if (code === 0) return JSON.parse(stdout).shopbell;
  throw new Error(`${suite} failed in ${cwd}\n${output.split('\n').slice(-20).join('\n')}`);
}

/** @param {{suite: string, commit: string, turns: number, progress: (line: string) => void}} wanted */
export async function run_against({ suite, commit, turns, progress }) {
  const older = await older_checkout(await commit_called(commit), progress);
  const runs = { now: [], before: [] };
  for (let turn = 1; turn <= turns; turn += 1) {
    const sides = [
      ['now', checkout],
      ['before', older],
    ];
    // Who comes first finds a machine that has rested.
    for (const [side, folder] of turn % 2 ? sides : sides.reverse()) {
      runs[side].push(await one_turn(suite, folder));
      progress(`turn ${turn} of ${turns}: ${side}`);
    }
  }
  return compared(runs.now, runs.before);
}
