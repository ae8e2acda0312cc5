// `npm run faults -- PREFIX`: puts known faults back, one at a time, and each must make its row fail. PREFIX begins a row's id or a
// patch's name.
//   --trust-rows   does not first run the rows without a fault (for a run right after a green `npm run acceptance`)
//   --one-each     the first fault of each family of rows (TZ-T, TZ-V, PN, ...)
//   --scripts      only faults in the page's scripts, which need no WebAssembly built. With --one-each the short form that `npm test` runs
//   --keep         leaves the scratch copy and says where it is
// A fault is tests/faults/<row>-<name>.patch; the slash of a row id is written `+` (ME-1+shopbell-name.patch). Text above
// the diff says what the fault is; a line `Expect: <text>` there must occur in the reason for which the row fails, so
// that a row which fails for another reason proves nothing. A line `Only: <text>` runs only the cases of the row whose names
// have that text, where the whole row takes minutes.
// Exit 0 only if every matched fault was caught. A patch that no longer applies, or does not build, is a failure.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { load_rows } from '../acceptance/runner.mjs';
import { previous_release } from '../rig/previous_release.mjs';
import { make_scratch } from './scratch.mjs';

const folder = fileURLToPath(new URL('./', import.meta.url));
const checkout = fileURLToPath(new URL('../../', import.meta.url));
const usage = 'usage: npm run faults -- [PREFIX] [--trust-rows] [--one-each] [--scripts] [--keep]';

function stop(text) {
  console.error(`faults: ${text}`);
  process.exit(2);
}

function read_arguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        'trust-rows': { type: 'boolean', default: false },
        'one-each': { type: 'boolean', default: false },
        scripts: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
      },
    });
    if (positionals.length > 1) throw new Error(`one prefix, not ${positionals.length}`);
    return { ...values, prefix: positionals[0] ?? '' };
  } catch (error) {
    return stop(`${error.message}\n${usage}`);
  }
}

/** @returns {{file: string, path: string, row: string, scripts: boolean, expect?: string, only?: string}[]} scripts: it changes nothing else */
function load_faults(prefix) {
  const ids = load_rows().map((row) => row.id);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => {
      const row = ids
        .filter((id) => file.startsWith(`${id.replaceAll('/', '+')}-`))
        .sort((a, b) => b.length - a.length)[0];
      if (!row) stop(`${file} begins with no row id`);
      const text = readFileSync(folder + file, 'utf8');
      const header = text.split(/^(?:diff |--- )/m)[0];
      const scripts = text
        .match(/^\+\+\+ .*/gm)
        .every((changed) => /^\+\+\+ b\/(?:web|shim)\//.test(changed));
      const line = (name) => new RegExp(`^${name}: (.+)$`, 'm').exec(header)?.[1].trim();
      return { file, path: folder + file, row, scripts, expect: line('Expect'), only: line('Only') };
    })
    .filter(({ file }) => file.startsWith(prefix.replaceAll('/', '+')));
}

const family_of = ({ row }) => row.replace(/\d.*$/, '');

/** The first of each family. */
const one_each = (all) =>
  all.filter((fault, i) => all.findIndex((other) => family_of(other) === family_of(fault)) === i);

const first_line = (text) => text.trim().split('\n')[0].slice(0, 200);

/** The fault is in the copy: is it noticed? @returns {{caught: boolean, note: string}} */
function judge_applied(scratch, fault) {
  const missed = (note) => ({ caught: false, note });
  const built = scratch.build();
  if (built.code !== 0) return missed(`does not build: ${built.output.trim().split('\n').at(-1)}`);
  const { result, reason } = scratch.row(fault.row, fault.only);
  if (result !== 'failed') return missed(`${fault.row} ${result}${reason ? `: ${reason}` : ''}`);
  if (fault.expect && !reason.includes(fault.expect))
    return missed(`${fault.row} failed, but not with "${fault.expect}": ${reason.slice(0, 300)}`);
  return { caught: true, note: `${fault.row} failed: ${reason.slice(0, 160)}` };
}

function judge(scratch, fault) {
  const applied = scratch.apply(fault.path);
  if (applied.code !== 0) return { caught: false, note: `no longer applies: ${first_line(applied.output)}` };
  const verdict = judge_applied(scratch, fault);
  const reverted = scratch.revert(fault.path);
  if (reverted.code !== 0) throw new Error(`${fault.file} cannot be taken back: ${reverted.output}`);
  return verdict;
}

/** The rows must pass without a fault, or their failing proves nothing. */
function check_rows(scratch, faults) {
  const broken = new Map();
  const checked = new Set();
  for (const { row: id, only } of faults) {
    if (checked.has(`${id} ${only}`)) continue;
    checked.add(`${id} ${only}`);
    console.log(`faults: ${id} without a fault`);
    const { result, reason } = scratch.row(id, only);
    if (result !== 'passed')
      broken.set(id, `${id} does not pass without a fault (${result}: ${reason.slice(0, 160)})`);
  }
  return broken;
}

const args = read_arguments();
const matched = load_faults(args.prefix).filter((fault) => fault.scripts || !args.scripts);
const faults = args['one-each'] ? one_each(matched) : matched;
if (faults.length === 0) stop(`no fault whose row or name begins with "${args.prefix}"`);
// The scratch copy has no history to build it from.
if (faults.some(({ row }) => row.startsWith('ME-7')))
  await previous_release((text) => console.log(`faults: ${text}`));
console.log(`faults: ${faults.length} to put back; making and building a scratch copy`);
const scratch = make_scratch(checkout, { modules: args.scripts });
const table = [];
// An interrupted run leaves nothing behind either.
process.once('SIGINT', () => {
  scratch.remove();
  process.exit(130);
});
try {
  const built = scratch.build();
  if (built.code !== 0) throw new Error(`the scratch copy does not build:\n${built.output.slice(-2_000)}`);
  const broken = args['trust-rows'] ? new Map() : check_rows(scratch, faults);
  for (const fault of faults) {
    console.log(`faults: ${fault.file}`);
    const verdict = broken.has(fault.row)
      ? { caught: false, note: broken.get(fault.row) }
      : judge(scratch, fault);
    table.push({ ...fault, ...verdict });
  }
} catch (error) {
  console.error(`faults: ${error.message}`);
  process.exitCode = 1;
} finally {
  if (args.keep) console.log(`faults: the scratch copy is ${scratch.folder}`);
  else scratch.remove();
}

const width = Math.max(...faults.map((fault) => fault.file.length));
console.log('');
for (const { file, caught, note } of table)
  console.log(`${file.padEnd(width)}  ${caught ? 'caught    ' : 'NOT CAUGHT'}  ${note}`);
const missed = faults.length - table.filter((fault) => fault.caught).length;
console.log(`\n${faults.length} faults: ${faults.length - missed} caught, ${missed} not`);
if (missed > 0) process.exitCode = 1;
