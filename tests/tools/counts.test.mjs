// The test runner must never take a crash, a missing report or a skipped test for a pass.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  count_acceptance,
  count_checks,
  count_faults,
  count_files,
  count_googletest,
  count_lines,
} from '../../tools/test/counts.mjs';

const numbers = ({ passed, failed, skipped }) => [passed, failed, skipped];
const parts = ({ failing }) => failing.map(({ part }) => part);

test('GoogleTest: passed, failed and skipped', () => {
  const output = `[  FAILED  ] Outbox.KeepsOrder (2 ms)
[==========] 5 tests from 2 test suites ran. (3 ms total)
[  PASSED  ] 3 tests.
[  SKIPPED ] 1 test, listed below:
[  SKIPPED ] Link.NeedsNetwork
[  FAILED  ] 1 test, listed below:
[  FAILED  ] Outbox.KeepsOrder
`;
  const counts = count_googletest({ code: 1, output });
  assert.deepEqual(numbers(counts), [3, 1, 1]);
  assert.deepEqual(counts.skips, ['[  SKIPPED ] Link.NeedsNetwork']);
  assert.deepEqual(parts(counts), ['Outbox.KeepsOrder']);
});

test('a crash on the way is a failure, whatever passed before', () => {
  assert.deepEqual(numbers(count_googletest({ code: 139, output: '[       OK ] Outbox.One\n' })), [0, 1, 0]);
  assert.deepEqual(numbers(count_lines({ code: 134, output: '' })), [0, 1, 0]);
  assert.deepEqual(numbers(count_acceptance({ code: 1, stdout: '{"passed": 3', output: '' })), [0, 1, 0]);
  assert.deepEqual(
    numbers(count_faults({ code: 1, output: 'faults: the scratch copy does not build' })),
    [0, 1, 0],
  );
});

test('a bad exit code that no counted failure explains is a failure', () => {
  const output = '[==========] 2 tests from 1 test suite ran. (0 ms total)\n[  PASSED  ] 2 tests.\n';
  assert.deepEqual(numbers(count_googletest({ code: 1, output })), [2, 1, 0]);
});

test('transcripts: the files that failed', () => {
  const output = 'ok     tests/transcripts/a.txt\nFAILED tests/transcripts/b.txt\n1 passed, 1 failed\n';
  assert.deepEqual(parts(count_lines({ code: 1, output })), ['tests/transcripts/b.txt']);
});

test('node:test: what was cancelled or died failed, what is to do was skipped, each by its file', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (name, text) => {
    writeFileSync(join(folder, name), `import { describe, test } from 'node:test';\n${text}`);
    return join(folder, name);
  };
  const files = [
    write(
      'good.test.mjs',
      `describe('a suite is no test', () => { test('one', () => {}); test('two', () => {}); });
       test('corpus', { skip: 'set SHOPBELL_CORPORA' }, () => {}); test('later', { todo: true }, () => {});`,
    ),
    write(
      'bad.test.mjs',
      `test('throws', () => { throw new Error('no'); }); test('never', () => new Promise(() => {}));`,
    ),
    write('dies.test.mjs', 'process.exit(3);'),
  ];
  const reporter = fileURLToPath(new URL('../../tools/test/counting_reporter.mjs', import.meta.url));
  const counts_file = join(folder, 'counts.json');
  const args = [`--test-reporter=${reporter}`, `--test-reporter-destination=${counts_file}`, ...files];
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const { status } = spawnSync(process.execPath, ['--test', ...args], { env });
  const counts = count_files({ code: status }, counts_file);
  assert.deepEqual(numbers(counts), [2, 3, 2]);
  assert.match(counts.skips[0], /SHOPBELL_CORPORA/);
  assert.deepEqual(counts.failing.map(({ part, failed }) => [part.replace(/^.*\//, ''), failed]).sort(), [
    ['bad.test.mjs', 2],
    ['dies.test.mjs', 1],
  ]);
  assert.deepEqual(numbers(count_files({ code: 0 }, join(folder, 'missing.json'))), [0, 1, 0]);
});

test('acceptance and faults', () => {
  const rows = [
    { id: 'TZ-T1', result: 'passed', reason: '' },
    { id: 'TZ-T2', result: 'skipped', reason: 'no Chromium' },
  ];
  const stdout = JSON.stringify({ passed: 1, failed: 0, skipped: 1, rows });
  const counts = count_acceptance({ code: 0, stdout });
  assert.deepEqual(numbers(counts), [1, 0, 1]);
  assert.deepEqual(counts.skips, ['TZ-T2: no Chromium']);
  const output =
    'TZ-T1-a.patch  caught        9 s  x\nTZ-T2-b.patch  NOT CAUGHT   10 s  y\n\n2 faults: 1 caught, 1 not\n';
  assert.deepEqual(numbers(count_faults({ code: 1, output })), [1, 1, 0]);
  assert.deepEqual(parts(count_faults({ code: 1, output })), ['TZ-T2-b.patch']);
});

test('checks', () => {
  const output = 'check: lint: ok\ncheck: types: FAILED\nx.ts: wrong\n\n1 of 2 checks failed.\n';
  const counts = count_checks({ code: 1, output });
  assert.deepEqual(numbers(counts), [1, 1, 0]);
  assert.match(counts.failures, /x\.ts: wrong/);
  assert.deepEqual(numbers(count_checks({ code: 1, output: 'check: lint: ok\n' })), [0, 1, 0]);
});
