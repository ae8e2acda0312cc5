// Faults that are kept as patches: one that no longer applies is told, and the short form takes others with each commit. A seeded bug is
// found only by what passes without it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { check_patches } from '../../tools/check/patches.mjs';
import { BuildFailure } from '../../tools/lib/cmake.mjs';
import { checkout } from '../../tools/lib/paths.mjs';
import { draw, load_bugs_to_exhaust, load_faults, load_seeded_bugs, short_form } from '../faults/patches.mjs';
import { native_scratch } from '../faults/scratch.mjs';
import { judge } from '../faults/seeded.mjs';
import { read_violation } from '../faults/exhausted.mjs';

function temporary_folder(t) {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-patches-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function write(folder, file, text, mode = 0o644) {
  mkdirSync(join(folder, dirname(file)), { recursive: true });
  writeFileSync(join(folder, file), text, { mode });
}

test('a patch whose lines have moved on is told by its name', (t) => {
  const folder = temporary_folder(t);
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

test('the short form has eight faults in scripts and three in C++, and each comes with some commit', () => {
  const faults = load_faults();
  const drawn = new Set();
  for (let commit = 0; commit < 50; commit += 1) {
    const some = short_form(faults, commit);
    assert.equal(new Set(some).size, 11);
    assert.equal(some.filter(({ builds }) => builds === 'scripts').length, 8);
    some.forEach((fault) => drawn.add(fault));
  }
  assert.equal(drawn.size, faults.length);
  assert.equal(short_form(faults, 0xffffffff).length, 11);
});

test('each seeded bug says what must find it, and comes with some commit', (t) => {
  const bugs = load_seeded_bugs();
  for (const { name, transcript } of bugs)
    assert.ok(!transcript || existsSync(join(checkout, `tests/transcripts/${transcript}.txt`)), name);
  const drawn = new Set();
  for (let commit = 0; commit < 50; commit += 1) {
    const three = draw(bugs, commit);
    assert.equal(new Set(three).size, 3);
    three.forEach(({ name }) => drawn.add(name));
  }
  assert.equal(drawn.size, bugs.length);
  const folder = temporary_folder(t);
  write(folder, 'silent.patch', 'A mistake.\n\n--- a/x\n');
  assert.throws(() => load_seeded_bugs(folder), /^Error: silent\.patch has no line "Found-by: /);
});

/** What is said of a bug where these shell scripts are the program with it and without it. */
function judged(t, { transcript, mistaken = '', sound = '', applies = true, builds = true }) {
  const [folder, sources] = [temporary_folder(t), temporary_folder(t)];
  const program = `build/native/${transcript ? 'transcripts' : 'simulate'}`;
  write(folder, program, `#!/bin/sh\n${mistaken}\n`, 0o755);
  write(sources, program, `#!/bin/sh\n${sound}\n`, 0o755);
  const scratch = {
    folder,
    apply: () => ({ code: applies ? 0 : 1, output: 'error: patch failed: a.cpp:1\nmore', stdout: '' }),
    revert: () => ({ code: 0, output: '', stdout: '' }),
    async build() {
      if (!builds) throw new BuildFailure('building failed', 'FAILED: a.o\na.cpp:1:2: error: no\nmore\n');
    },
  };
  return judge(scratch, { name: 'bug', file: 'bug.patch', path: 'bug.patch', transcript }, sources);
}

const violation = "printf 'first seed 1\\n\\nseed 7:\\n  1.5 s  lost: a message\\n'; exit 1";

test('a bug is found by a seed or by its transcript', async (t) => {
  assert.deepEqual(await judged(t, { mistaken: violation }), {
    found: true,
    note: 'seed 7: 1.5 s lost: a message',
  });
  const mistaken = "printf '  line 3: < row_put\\n'; exit 1";
  assert.deepEqual(await judged(t, { transcript: 'race', mistaken }), {
    found: true,
    note: 'race.txt fails, line 3: < row_put',
  });
});

test('a bug that nothing notices, or that proves nothing, is not found', async (t) => {
  const notes = {
    'no violation in the seeds 1 to 2000': {},
    'race.txt passes': { transcript: 'race' },
    'seed 7 does not pass without it either': { mistaken: violation, sound: 'exit 1' },
    'race.txt does not pass without it either': { transcript: 'race', mistaken: 'exit 1', sound: 'exit 1' },
    'the simulator ended with 2 and without a violation': { mistaken: 'exit 2' },
    'no longer applies: error: patch failed: a.cpp:1': { applies: false },
    'does not build: a.cpp:1:2: error: no': { builds: false },
  };
  for (const [note, how] of Object.entries(notes))
    assert.deepEqual(await judged(t, how), { found: false, note });
});

test('what is found in a small world is read with its way', () => {
  const told = [
    '\njoined, 3 things that happen, and then the calm: "say.1 drop.2 time.1"',
    '    the shopper says something at page 1',
    '  => lost: never stored: abc (page 1)',
    '  => stuck: page 1 (page 1)',
    '\nworld     depth      states        steps',
    'fresh        4*        3358         6305',
    'joined       2         1206         2447',
  ];
  assert.deepEqual(read_violation(told.join('\n')), {
    world: 'joined',
    way: 'say.1 drop.2 time.1',
    note: 'joined, depth 3 and the calm, 1206 states: lost: never stored: abc (page 1)',
  });
  assert.equal(read_violation('5 passed, 0 failed\n'), undefined);
});

test('what no small world can find says why, and all else is looked for', () => {
  const bugs = load_bugs_to_exhaust();
  assert.ok(bugs.length > load_seeded_bugs().length);
  for (const { name, not_by_exhaustion } of bugs) assert.notEqual(not_by_exhaustion, '', name);
});

test('the copy that is kept has the files of the checkout, and those that are the same keep their time', (t) => {
  const [sources, folder] = [temporary_folder(t), temporary_folder(t)];
  execFileSync('git', ['init', '--quiet'], { cwd: sources });
  const files = { 'a.cpp': 'a', 'wasm/b.cpp': 'b', 'build/toolchain.json': '{}' };
  for (const [file, text] of Object.entries(files)) write(sources, file, text);
  native_scratch(sources, folder);
  const long_ago = new Date(1_000_000);
  for (const file of Object.keys(files)) utimesSync(join(folder, file), long_ago, long_ago);
  write(folder, 'wasm/b.cpp', 'with a fault');
  utimesSync(join(folder, 'wasm/b.cpp'), long_ago, long_ago);
  write(folder, 'wasm/gone.cpp', 'of an older checkout');
  write(folder, 'build/native/a.o', 'built');
  native_scratch(sources, folder);
  for (const [file, text] of Object.entries(files))
    assert.equal(readFileSync(join(folder, file), 'utf8'), text);
  assert.ok(!existsSync(join(folder, 'wasm/gone.cpp')));
  assert.ok(existsSync(join(folder, 'build/native/a.o')));
  const changed_at = (file) => statSync(join(folder, file)).mtimeMs;
  assert.equal(changed_at('a.cpp'), long_ago.getTime());
  assert.ok(changed_at('wasm/b.cpp') > long_ago.getTime());
});
