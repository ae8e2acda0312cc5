// The test runner must never take a crash, a missing report or a skipped test for a pass.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  count_acceptance,
  count_faults,
  count_googletest,
  count_tap,
  count_transcripts,
} from '../../tools/test/counts.mjs';

const numbers = ({ passed, failed, skipped }) => [passed, failed, skipped];

test('GoogleTest: passed, failed and skipped', () => {
  const output = `[==========] 5 tests from 2 test suites ran. (3 ms total)
[  PASSED  ] 3 tests.
[  SKIPPED ] 1 test, listed below:
[  SKIPPED ] Link.NeedsNetwork
[  FAILED  ] 1 test, listed below:
[  FAILED  ] Outbox.KeepsOrder
`;
  const counts = count_googletest({ code: 1, output });
  assert.deepEqual(numbers(counts), [3, 1, 1]);
  assert.deepEqual(counts.skips, ['[  SKIPPED ] Link.NeedsNetwork']);
});

test('a crash on the way is a failure, whatever passed before', () => {
  assert.deepEqual(numbers(count_googletest({ code: 139, output: '[       OK ] Outbox.One\n' })), [0, 1, 0]);
  assert.deepEqual(numbers(count_transcripts({ code: 134, output: '' })), [0, 1, 0]);
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

test('node:test: what was cancelled failed, what is to do was skipped', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'x.tap');
  writeFileSync(
    file,
    'ok 2 - corpus # SKIP set SHOPBELL_CORPORA\n# tests 7\n# pass 3\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 1\n',
  );
  const counts = count_tap({ code: 1 }, file);
  assert.deepEqual(numbers(counts), [3, 2, 2]);
  assert.match(counts.skips[0], /SHOPBELL_CORPORA/);
  assert.deepEqual(numbers(count_tap({ code: 0 }, join(folder, 'missing.tap'))), [0, 1, 0]);
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
  assert.deepEqual(numbers(count_faults({ code: 1, output: '\n3 faults: 2 caught, 1 not\n' })), [2, 1, 0]);
});
