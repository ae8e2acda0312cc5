// The bugs of seeded/, and those of seeds/ (causes of seeds of the simulator that once broke a promise, mended since), put back one at a
// time: `simulate --exhaust` must find each in a small world, unless a line `Not-by-exhaustion:` above its diff says why it cannot. The way
// to it must break nothing without the bug.
import { join } from 'node:path';
import { cache_folder, checkout } from '../../tools/lib/paths.mjs';
import { run } from '../../tools/lib/run.mjs';
import { find_each, judge_with, missed, say } from './put_back.mjs';

const folder = join(cache_folder, 'exhausted-bugs');
// Shallow in all worlds first: most are found there, each in a world of its own.
const depths = [4, 5, 7];
const minutes_max = 4;

/** What the simulator says of the first violation: the world, the way, what was broken, and how many states it took. */
export function read_violation(output) {
  const found = /^([\w-]+), (\d+) things that happen(, and then the calm)?: "(.*)"$/m.exec(output);
  if (!found) return undefined;
  const [, world, depth, calm, way] = found;
  const [, what] = /^ {2}=> (.*)$/m.exec(output) ?? ['', '?'];
  const [, states] = new RegExp(`^${world} +\\d+\\*? +(\\d+) `, 'm').exec(output) ?? [];
  const when = `${world}, depth ${depth}${calm ? ' and the calm' : ''}`;
  return { world, way, note: `${when}, ${states ?? '?'} states: ${what}` };
}

async function search(mistaken) {
  const simulate = (where, ...flags) =>
    run([join(where, 'build/native/simulate'), '--exhaust', ...flags, '--brief'], { cwd: checkout });
  let violation;
  for (const depth of depths) {
    const { output } = await simulate(
      mistaken,
      ...['--depth', String(depth), '--minutes', String(minutes_max)],
      ...['--until-violation', '--calm-one-in', '4', '--verify-one-in', '0'],
    );
    violation = read_violation(output);
    if (violation) break;
  }
  if (!violation) return missed(`nothing within ${depths.at(-1)} things or ${minutes_max} minutes`);
  const { world, way, note } = violation;
  if ((await simulate(checkout, '--world', world, '--replay', way)).code !== 0)
    return missed(`${note}; but so it is without it`);
  return { found: true, note };
}

/**
 * @param {{name: string, file: string, path: string, not_by_exhaustion?: string}[]} bugs
 * @returns {Promise<boolean>} all that can be were found
 */
export function exhaust_bugs(bugs) {
  for (const { name, not_by_exhaustion } of bugs)
    if (not_by_exhaustion) say(`${name} is not looked for: ${not_by_exhaustion}`);
  const wanted = bugs.filter(({ not_by_exhaustion }) => !not_by_exhaustion);
  return find_each(wanted, folder, (scratch, bug) =>
    judge_with(scratch, bug, 'simulate', () => search(scratch.folder)),
  );
}
