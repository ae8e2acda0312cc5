// A number that is another one with each commit, for what continuous integration draws anew each time and must be able to repeat.
import { execFileSync } from 'node:child_process';
import { checkout } from './paths.mjs';

/** The first 32 bits of the commit's hash; 0 where the checkout has no history. */
export function commit_number() {
  try {
    const hash = execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: checkout,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return parseInt(hash.slice(0, 8), 16);
  } catch {
    return 0;
  }
}
