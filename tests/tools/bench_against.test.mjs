import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compared } from '../../tools/bench/against.mjs';

test('medians of the turns and their ratio; what only one of the two measures is left out', () => {
  const now = [
    { press_ms: 3, new_ms: 1 },
    { press_ms: 1, new_ms: 1 },
    { press_ms: 2, new_ms: 1 },
  ];
  const before = [
    { press_ms: 4, old_ms: 9 },
    { press_ms: 5, old_ms: 9 },
    { press_ms: 400, old_ms: 9 },
  ];
  assert.deepEqual(compared(now, before), {
    now: { press_ms: 2 },
    before: { press_ms: 5 },
    ratio: { press_ms: 0.4 },
  });
});

test('a number that is sometimes missing, or zero before, has no ratio', () => {
  const result = compared(
    [
      { late_ms: null, lost: 0 },
      { late_ms: 1, lost: 0 },
    ],
    [{ late_ms: 1, lost: 0 }],
  );
  assert.deepEqual(result, { now: { lost: 0 }, before: { lost: 0 }, ratio: { lost: null } });
});
