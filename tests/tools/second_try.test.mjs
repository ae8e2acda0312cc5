// What fails runs once more, alone: luck passes and is named, a fault fails, and the first failure's log stays.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { checkout, logs_folder } from '../../tools/lib/paths.mjs';
import { Runner, second_tries_of } from '../../tools/test/runner.mjs';
import { node_suite } from '../../tools/test/suites.mjs';

function workplace(t) {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-second-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const lines = [];
  const note = (line) => lines.push(line);
  const write = (name, text) => writeFileSync(join(folder, name), text);
  return { folder, lines, write, runner: new Runner({ logs: folder, say: note, print: note }) };
}

const files_suite = (name, folder) => {
  mkdirSync(logs_folder, { recursive: true }); // where it counts
  return node_suite(name, { folder: relative(checkout, folder) });
};
const numbers = ({ passed, failed, skipped }) => [passed, failed, skipped];
const test_file = (body) => `import test from 'node:test';\n${body}`;
/** A test that fails unless it ran before. */
const by_luck = (mark) =>
  `import { existsSync, writeFileSync } from 'node:fs';
   test('a race', () => { if (!existsSync('${mark}')) { writeFileSync('${mark}', ''); throw new Error('lost by luck'); } });`;

test('a file that fails by luck passes on the second try, and its first log is kept', async (t) => {
  const { folder, write, runner } = workplace(t);
  write('good.test.mjs', test_file(`test('one', () => {}); test('two', () => {});`));
  write('luck.test.mjs', test_file(`test('three', () => {}); ${by_luck(join(folder, 'was-here'))}`));
  const results = await runner.run_all([files_suite('second-try-luck', folder)]);
  assert.deepEqual(numbers(results[0]), [4, 0, 0]);
  assert.equal(results[0].second_tries.length, 1);
  assert.match(results[0].second_tries[0].part, /luck\.test\.mjs$/);
  assert.match(readFileSync(results[0].second_tries[0].log, 'utf8'), /lost by luck/);
  assert.match(
    second_tries_of(results),
    /^passed on the second try: second-try-luck, .*luck\.test\.mjs \(a fault/,
  );
  // Only the file that failed ran again.
  assert.doesNotMatch(
    readFileSync(join(folder, 'second-try-luck-second-try-luck.test.mjs.log'), 'utf8'),
    /two/,
  );
});

test('what fails twice has failed, and is not named as luck', async (t) => {
  const { folder, write, runner } = workplace(t);
  write('good.test.mjs', test_file(`test('one', () => {});`));
  write(
    'fault.test.mjs',
    test_file(`test('two', () => {}); test('wrong', () => { throw new Error('no'); });`),
  );
  write('luck.test.mjs', test_file(by_luck(join(folder, 'was-here'))));
  const results = await runner.run_all([files_suite('second-try-fault', folder)]);
  assert.deepEqual(numbers(results[0]), [3, 1, 0]);
  assert.deepEqual(
    results[0].second_tries.map(({ part }) => part.replace(/^.*\//, '')),
    ['luck.test.mjs'],
  );
});

/** A suite of a script's own, whose result is what `count` makes of its output. */
const suite_of = (name, script, count, turn = 'computes') => ({
  name,
  builds: [],
  turn,
  limit_s: 20,
  command: (part) => [process.execPath, '-e', script, ...(part === undefined ? [] : [part])],
  count,
});
const no_counts = { passed: 0, failed: 0, skipped: 0, skips: [], failing: [] };

test('a failure that no part explains runs the whole suite again', async (t) => {
  const { folder, runner } = workplace(t);
  const mark = join(folder, 'was-here');
  const script = `const fs = require('fs'); if (!fs.existsSync(${JSON.stringify(mark)})) { fs.writeFileSync(${JSON.stringify(mark)}, ''); process.exit(9); }`;
  const count = ({ code }) => ({ ...no_counts, passed: code === 0 ? 7 : 0, failed: code === 0 ? 0 : 1 });
  const results = await runner.run_all([suite_of('crash', script, count)]);
  assert.deepEqual(numbers(results[0]), [7, 0, 0]);
  assert.match(second_tries_of(results), /^passed on the second try: crash \(/);
  assert.ok(existsSync(join(folder, 'crash.log')));
  assert.ok(existsSync(join(folder, 'crash-second-try.log')));
});

test('the second try is alone: after everything else', async (t) => {
  const { folder, runner } = workplace(t);
  const log = join(folder, 'order');
  const script = (name, code) =>
    `require('fs').appendFileSync(${JSON.stringify(log)}, '${name} '); process.exit(${code})`;
  const count = ({ code }) => ({ ...no_counts, failed: code === 0 ? 0 : 1 });
  await runner.run_all([
    suite_of('fails', script('fails', 1), count),
    suite_of('waits', script('waits', 0), count, 'waits'),
    suite_of('alone', script('alone', 0), count, 'alone'),
  ]);
  assert.equal(readFileSync(log, 'utf8'), 'fails alone waits fails ');
});

test('what could not be built is not tried again', async (t) => {
  const { runner, lines } = workplace(t);
  const suite = { ...suite_of('unbuilt', '', () => no_counts), builds: ['pages'] };
  const results = await runner.run_all([suite], new Map([['pages', 'building failed']]));
  assert.deepEqual(numbers(results[0]), [0, 1, 0]);
  assert.deepEqual(lines, ['unbuilt: not run, because building failed']);
});
