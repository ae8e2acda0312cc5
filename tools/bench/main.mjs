// `npm run bench -- SUITE [--json] [--against COMMIT [--turns N]]`: runs tools/bench/SUITE.mjs; against an older commit, each N times (10) in
// turns, and prints the medians and their ratios. A suite exports
//   run({progress}) -> an object keyed by contender (`shopbell` is ours, rivals go by their npm package name), each an object of numbers
// and may export `description`, one line. With --json stdout is exactly that object; progress always goes to stderr.
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build_or_exit } from '../build.mjs';
import { commit_called } from '../lib/older_checkout.mjs';
import { exit_on_signals } from '../lib/run.mjs';
import { run_against, turns_usual } from './against.mjs';
import { table_of } from './table.mjs';

const not_suites = ['against.mjs', 'main.mjs', 'table.mjs'];
const suites = readdirSync(new URL('./', import.meta.url))
  .filter((name) => name.endsWith('.mjs') && !not_suites.includes(name))
  .map((name) => name.slice(0, -'.mjs'.length));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    against: { type: 'string' },
    turns: { type: 'string', default: String(turns_usual) },
  },
});
const [suite] = positionals;
const turns = Number(values.turns);

function problem() {
  if (suite === undefined) return 'name a suite';
  if (positionals.length > 1) return 'name one suite only';
  if (!suites.includes(suite)) return `there is no suite "${suite}"`;
  if (!Number.isInteger(turns) || turns < 1)
    return `--turns is a whole number from 1 on, not "${values.turns}"`;
  return undefined;
}

const wrong = problem();
if (wrong) {
  console.error(
    `bench: ${wrong}. There are: ${suites.join(', ')}\nusage: npm run bench -- SUITE [--json] [--against COMMIT [--turns N]]`,
  );
  process.exit(2);
}
if (values.against && !(await commit_called(values.against))) {
  console.error(
    `bench: this clone has no commit "${values.against}"; where it is a shallow one: git fetch --unshallow`,
  );
  process.exit(2);
}
exit_on_signals();
await build_or_exit();
const progress = (line) => process.stderr.write(`bench ${suite}: ${line}\n`);
const result = values.against
  ? await run_against({ suite, commit: values.against, turns, progress })
  : await (await import(`./${suite}.mjs`)).run({ progress });
// Everything is flushed before the process ends, so that a pipe gets the whole object, and a handle that a suite left open does not hang it.
process.stdout.write(`${values.json ? JSON.stringify(result, null, 2) : table_of(result)}\n`, () =>
  process.exit(0),
);
