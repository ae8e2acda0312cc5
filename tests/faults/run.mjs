// `npm run faults -- PREFIX`: puts known faults back, one at a time, and each must make its row fail. PREFIX begins a row's id or a
// patch's name.
//   --trust-rows   does not first run the rows without a fault (for a run right after a green `npm run acceptance`)
//   --short        the short form that `npm test` runs: eight faults in scripts and three in C++, drawn by the commit's hash
//   --keep         leaves the scratch copy and says where it is
// A fault is tests/faults/<row>-<name>.patch; the slash of a row id is written `+` (ME-1+shopbell-name.patch). Text above
// the diff says what the fault is; a line `Expect: <text>` there must occur in the reason for which the row fails, so
// that a row which fails for another reason proves nothing. A line `Only: <text>` runs only the cases of the row whose names
// have that text, where the whole row takes minutes.
// What the checkout has built last is where each fault begins; only what it changes is built anew.
// Exit 0 only if every matched fault was caught. A patch that no longer applies, or does not build, is a failure.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commit_number } from '../../tools/lib/commit.mjs';
import { previous_release } from '../rig/previous_release.mjs';
import { load_faults, short_form } from './patches.mjs';
import { make_scratch } from './scratch.mjs';

const checkout = fileURLToPath(new URL('../../', import.meta.url));
const usage = 'usage: npm run faults -- [PREFIX] [--trust-rows] [--short] [--keep]';

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
        short: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
      },
    });
    if (positionals.length > 1) throw new Error(`one prefix, not ${positionals.length}`);
    return { ...values, prefix: positionals[0] ?? '' };
  } catch (error) {
    return stop(`${error.message}\n${usage}`);
  }
}

const first_line = (text) => text.trim().split('\n')[0].slice(0, 200);

/** The fault is in the copy: is it noticed? @returns {{caught: boolean, note: string}} */
function judge_applied(scratch, fault) {
  const missed = (note) => ({ caught: false, note });
  const built = scratch.build(fault.builds);
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
const matched = load_faults().filter(({ file }) => file.startsWith(args.prefix.replaceAll('/', '+')));
const faults = args.short ? short_form(matched, commit_number()) : matched;
// Rows that have a short form take it.
if (args.short) process.env.SHOPBELL_SHORT = '1';
if (faults.length === 0) stop(`no fault whose row or name begins with "${args.prefix}"`);
// The scratch copy has no history to build it from.
if (faults.some(({ row }) => row.startsWith('ME-7')))
  await previous_release((text) => console.log(`faults: ${text}`));
console.log(`faults: ${faults.length} to put back in a scratch copy`);
const scratch = make_scratch(checkout);
const table = [];
// An interrupted run leaves nothing behind either.
process.once('SIGINT', () => {
  scratch.remove();
  process.exit(130);
});
try {
  const broken = args['trust-rows'] ? new Map() : check_rows(scratch, faults);
  for (const fault of faults) {
    console.log(`faults: ${fault.file}`);
    const from_ms = performance.now();
    const verdict = broken.has(fault.row)
      ? { caught: false, note: broken.get(fault.row) }
      : judge(scratch, fault);
    table.push({ ...fault, ...verdict, seconds: (performance.now() - from_ms) / 1000 });
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
for (const { file, caught, note, seconds } of table)
  console.log(
    `${file.padEnd(width)}  ${caught ? 'caught    ' : 'NOT CAUGHT'} ${seconds.toFixed(0).padStart(4)} s  ${note}`,
  );
const missed = faults.length - table.filter((fault) => fault.caught).length;
console.log(`\n${faults.length} faults: ${faults.length - missed} caught, ${missed} not`);
if (missed > 0) process.exitCode = 1;
