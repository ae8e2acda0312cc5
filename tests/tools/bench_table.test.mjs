import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table_of } from '../../tools/bench/table.mjs';

test('one column for each contender, and a dash where one has no such number', () => {
  assert.equal(
    table_of({ shopbell: { wire_bytes: 64225, start_ms: 402.25 }, 'deep-chat': { wire_bytes: 93500 } }),
    [
      '            shopbell  deep-chat',
      'wire_bytes    64,225     93,500',
      'start_ms       402.3          –',
    ].join('\n'),
  );
});
