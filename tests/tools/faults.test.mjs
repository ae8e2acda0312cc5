// Faults that are kept as patches: one that no longer applies is told, and the short form takes others with each commit.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { check_patches } from '../../tools/check/patches.mjs';
import { checkout } from '../../tools/lib/paths.mjs';
import { load_faults, short_form } from '../faults/patches.mjs';

test('a patch whose lines have moved on is told by its name', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-patches-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const fault = load_faults()[0];
  const target = /^\+\+\+ b\/(.*)$/m.exec(readFileSync(fault.path, 'utf8'))[1];
  const text = readFileSync(join(checkout, target), 'utf8');
  mkdirSync(join(folder, dirname(target)), { recursive: true });
  writeFileSync(join(folder, target), text);
  assert.deepEqual(check_patches([fault], folder), []);
  writeFileSync(join(folder, target), text.replaceAll(' ', '  '));
  const problems = check_patches([fault], folder);
  assert.equal(problems.length, 1);
  assert.ok(problems[0].startsWith(`${fault.file} no longer applies: `), problems[0]);
});

test('the short form has all faults in scripts and three in C++, and each of those comes with some commit', () => {
  const faults = load_faults();
  const in_scripts = faults.filter(({ builds }) => builds === 'scripts').map(({ file }) => file);
  const drawn = new Set();
  for (let commit = 0; commit < 50; commit += 1) {
    const names = short_form(faults, commit).map(({ file }) => file);
    assert.equal(new Set(names).size, in_scripts.length + 3);
    for (const name of in_scripts) assert.ok(names.includes(name), name);
    names.forEach((name) => drawn.add(name));
  }
  assert.equal(drawn.size, faults.length);
  assert.ok(short_form(faults, 0xffffffff).length === in_scripts.length + 3);
});
