// `check`'s look at the shim: it reads the forbidden names where they are defined, and finds them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  check_shim_names,
  find_names,
  forbidden_names,
  names_in_codec,
  names_in_generated,
} from '../../tools/check/shim_names.mjs';

const generated = `export const enums = lists(\`
Area shop tab
RowState waiting sent
Typing none thinking
\`);
`;
const codec = `#include "core/wire/reader.h"
writer.name("sessionId"); if (event == "delta") return "two words";
`;

test('names are read where they are defined', () => {
  assert.deepEqual(names_in_generated(generated), ['waiting', 'sent', 'none', 'thinking']);
  assert.deepEqual(names_in_codec(codec), ['sessionId', 'delta']);
});

test('each kind of name is found in a shim that uses it, with its line', () => {
  const names = forbidden_names({ backends: ['chatkit'], generated, codecs: [codec] });
  const shim = `// the word sent in a comment is none, nor is an identifier: const sent = 1;
if (backend === 'chatkit') go();
if (row.state === "sent") go();
on(\`delta\`);
target.addEventListener('offline', go);
`;
  const found = find_names('shim/x.ts', shim, names);
  assert.equal(found.length, 3);
  assert.match(found[0], /^shim\/x\.ts:2: 'chatkit' is the name of a back end/);
  assert.match(found[1], /^shim\/x\.ts:3: 'sent' is the name of a state/);
  assert.match(found[2], /^shim\/x\.ts:4: 'delta' is a name on the wire/);
});

test('the shim of this checkout has none', () => {
  assert.deepEqual(check_shim_names(), []);
});
