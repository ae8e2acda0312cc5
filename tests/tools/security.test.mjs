// SECURITY.md names the test that proves each line: each is there, by its file and its name.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkout } from '../../tools/lib/paths.mjs';

test('each line of the threat model names a test that is there', () => {
  const lines = readFileSync(join(checkout, 'SECURITY.md'), 'utf8').split('\n');
  const rows = lines.filter((line) => /^\| (?!-|what they want)/.test(line) && !line.startsWith('|---'));
  assert.ok(rows.length >= 20, `${rows.length} lines`);
  for (const row of rows) {
    const [, file, name] = /`(tests\/[\w./-]+)`: (.+) \|$/.exec(row) ?? [];
    assert.ok(file && existsSync(join(checkout, file)), row);
    const text = readFileSync(join(checkout, file), 'utf8');
    assert.ok(text.includes(name.replaceAll('\\|', '|')), `${file} has no test "${name}"`);
  }
});
