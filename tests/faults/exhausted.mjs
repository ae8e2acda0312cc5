// The bugs of seeded/, and those of seeds/ (causes of seeds of the simulator that once broke a promise, mended since), put back one at a
// time: `simulate --exhaust` must find each in a small world, unless a line `Not-by-exhaustion:` above its diff says why it cannot. The way
// to it must break nothing without the bug.
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { BuildFailure } from '../../tools/lib/cmake.mjs';
import { with_lock } from '../../tools/lib/lock.mjs';
import { cache_folder, checkout } from '../../tools/lib/paths.mjs';
import { run } from '../../tools/lib/run.mjs';
import { native_scratch } from './scratch.mjs';

const folder = join(cache_folder, 'exhausted-bugs');
const say = (text) => console.log(`bugs: ${text}`);
// Shallow in all worlds first: most are found there, each in a world of its own.
const depths = [4, 5, 7];
const minutes_max = 4;

const missed = (note) => ({ found: false, note });

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

async function judge_applied(scratch, sources) {
  try {
    await scratch.build('simulate');
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    return missed(`does not build: ${/^.*error: .*/m.exec(error.output)?.[0] ?? error.message}`);
  }
  const simulate = (where, ...flags) =>
    run([join(where, 'build/native/simulate'), '--exhaust', ...flags, '--brief'], { cwd: sources });
  let violation;
  for (const depth of depths) {
    const { output } = await simulate(
      scratch.folder,
      ...['--depth', String(depth), '--minutes', String(minutes_max)],
      ...['--until-violation', '--calm-one-in', '4', '--verify-one-in', '0'],
    );
    violation = read_violation(output);
    if (violation) break;
  }
  if (!violation) return missed(`nothing within ${depths.at(-1)} things or ${minutes_max} minutes`);
  const { world, way, note } = violation;
  if ((await simulate(sources, '--world', world, '--replay', way)).code !== 0)
    return missed(`${note}; but so it is without it`);
  return { found: true, note };
}

/**
 * @param {{name: string, file: string, path: string, not_by_exhaustion?: string}[]} bugs
 * @returns {Promise<boolean>} all that can be were found
 */
export async function exhaust_bugs(bugs) {
  const width = Math.max(...bugs.map(({ name }) => name.length));
  let [found_all, passed, failed] = [true, 0, 0];
  await with_lock(`${folder}.lock`, 'search for seeded bugs by exhaustion', async () => {
    const scratch = native_scratch(checkout, folder);
    for (const { name, file, path, not_by_exhaustion } of bugs) {
      if (not_by_exhaustion) {
        console.log(`${name.padEnd(width)}  not looked for: ${not_by_exhaustion}`);
        continue;
      }
      say(name);
      const from_ms = performance.now();
      const applied = scratch.apply(path);
      const verdict =
        applied.code === 0 ? await judge_applied(scratch, checkout) : missed('no longer applies');
      if (applied.code === 0 && scratch.revert(path).code !== 0)
        throw new Error(`${file} cannot be taken back`);
      const seconds = ((performance.now() - from_ms) / 1000).toFixed(0);
      console.log(
        `${name.padEnd(width)}  ${verdict.found ? 'found    ' : 'NOT FOUND'} ${seconds.padStart(4)} s  ${verdict.note}`,
      );
      verdict.found ? (passed += 1) : (failed += 1);
      found_all &&= verdict.found;
    }
  });
  console.log(`${passed} passed, ${failed} failed`);
  return found_all;
}
