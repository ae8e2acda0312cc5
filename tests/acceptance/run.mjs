// `npm run acceptance -- PREFIX [--json]`: runs the rows of rows.json whose ids begin with PREFIX.
//   without PREFIX   prints the table and runs nothing
//   --built          runs every row that has a test (`npm test` does this); skipped rows are loud, not fatal. The short form: rows marked
//                    `long` in rows.json are left out, and what a row measures on a quiet machine; SHOPBELL_LONG=1 has it all
//   --timed yes|no   with --built: only rows marked `timed` in rows.json (a bar in seconds, which needs a machine of its own), or the others
//   --exact          PREFIX is a whole row id
//   --json           stdout is one JSON object, everything else goes to stderr
// Exit 0 only if every matched row ran and passed.
import { parseArgs } from 'node:util';
import { is_built, load_rows, match_rows, run_row } from './runner.mjs';

const usage = 'usage: npm run acceptance -- [PREFIX] [--json] [--built [--timed yes|no]] [--exact]';

function read_arguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        built: { type: 'boolean', default: false },
        timed: { type: 'string' },
        exact: { type: 'boolean', default: false },
      },
    });
    if (positionals.length > 1) throw new Error(`one prefix, not ${positionals.length}`);
    if (![undefined, 'yes', 'no'].includes(values.timed))
      throw new Error(`--timed is yes or no, not "${values.timed}"`);
    return { ...values, prefix: positionals[0] };
  } catch (error) {
    console.error(`acceptance: ${error.message}\n${usage}`);
    process.exit(2);
  }
}

const args = read_arguments();
const progress = (line) => process.stderr.write(`${line}\n`);
const print = args.json ? () => {} : (line) => process.stdout.write(`${line}\n`);
const all = load_rows();
const id_width = Math.max(...all.map((row) => row.id.length));

function line_of(row, result, reason, seconds) {
  const time = seconds === undefined ? '' : ` (${seconds.toFixed(1)} s)`;
  return `${row.id.padEnd(id_width)}  ${result.padEnd(9)}  ${row.text}${time}${reason ? `\n${' '.repeat(id_width + 2)}-> ${reason}` : ''}`;
}

async function run(rows) {
  const results = [];
  for (const row of rows) {
    if (is_built(row)) progress(`${row.id}: running`);
    const result = await run_row(row, progress);
    results.push(result);
    print(line_of(row, result.result, result.reason, is_built(row) ? result.duration_ms / 1000 : undefined));
  }
  return results;
}

const count = (results, kind) => results.filter((result) => result.result === kind).length;

/** Everything on stdout is flushed before the process ends, so a pipe gets the whole object. */
function finish(code, object) {
  if (!args.json) process.exit(code);
  process.stdout.write(`${JSON.stringify(object, null, 2)}\n`, () => process.exit(code));
}

if (args.prefix === undefined && !args.built) {
  for (const row of all) print(line_of(row, is_built(row) ? 'built' : 'not built'));
  print(`\n${all.length} rows, ${all.filter(is_built).length} built. ${usage}`);
  finish(0, { rows: all.map((row) => ({ ...row, result: is_built(row) ? 'built' : 'not built' })) });
} else {
  let rows = args.prefix === undefined ? all : match_rows(all, args.prefix, args.exact);
  if (rows.length === 0) {
    console.error(`acceptance: no row id ${args.exact ? 'is' : 'begins with'} "${args.prefix}"`);
    process.exit(2);
  }
  if (args.built) {
    rows = rows.filter(is_built);
    if (args.timed) rows = rows.filter((row) => Boolean(row.timed) === (args.timed === 'yes'));
    const short = process.env.SHOPBELL_LONG !== '1';
    if (short) process.env.SHOPBELL_SHORT = '1';
    const left_out = short ? rows.filter((row) => row.long) : [];
    rows = rows.filter((row) => !left_out.includes(row));
    for (const { id } of left_out) progress(`${id}: long, run by npm run acceptance -- ${id}`);
  }
  const results = await run(rows);
  const summary = {
    passed: count(results, 'passed'),
    failed: count(results, 'failed'),
    skipped: count(results, 'skipped'),
    not_built: count(results, 'not built'),
  };
  print(
    `\n${results.length} rows: ${summary.passed} passed, ${summary.failed} failed, ${summary.skipped} skipped, ${summary.not_built} not built`,
  );
  if (summary.skipped > 0)
    progress(`acceptance: ${summary.skipped} SKIPPED rows were not tested on this machine`);
  const good = args.built ? summary.failed === 0 : summary.passed === results.length;
  finish(good ? 0 : 1, { prefix: args.prefix ?? null, ...summary, rows: results });
}
