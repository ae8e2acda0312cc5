// `npm run bench -- SUITE [--json]`: runs tools/bench/SUITE.mjs. A suite exports
//   run({progress}) -> an object keyed by contender (`shopbell` is ours, rivals go by their npm package name), each an object of numbers
// and may export `description`, one line. With --json stdout is exactly that object; progress always goes to stderr.
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build_or_exit } from '../build.mjs';
import { exit_on_signals } from '../lib/run.mjs';
import { table_of } from './table.mjs';

const not_suites = ['main.mjs', 'table.mjs'];
const suites = readdirSync(new URL('./', import.meta.url))
  .filter((name) => name.endsWith('.mjs') && !not_suites.includes(name))
  .map((name) => name.slice(0, -'.mjs'.length));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const [suite] = positionals;
if (positionals.length !== 1 || !suites.includes(suite)) {
  const problem =
    suite === undefined
      ? 'name a suite'
      : positionals.length > 1
        ? 'name one suite only'
        : `there is no suite "${suite}"`;
  console.error(
    `bench: ${problem}. There are: ${suites.join(', ') || 'none yet'}\nusage: npm run bench -- SUITE [--json]`,
  );
  process.exit(2);
}
exit_on_signals();
await build_or_exit();
const progress = (line) => process.stderr.write(`bench ${suite}: ${line}\n`);
const { run } = await import(`./${suite}.mjs`);
const result = await run({ progress });
// Everything is flushed before the process ends, so that a pipe gets the whole object, and a handle that a suite left open does not hang it.
process.stdout.write(`${values.json ? JSON.stringify(result, null, 2) : table_of(result)}\n`, () =>
  process.exit(0),
);
