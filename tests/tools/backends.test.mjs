// wasm/backends/backends.def is the only place that names back ends; everything else reads it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { project_files } from '../../tools/check/files.mjs';
import { all_backends, backends, cores_text, parse_backends } from '../../tools/lib/backends.mjs';
import { checkout } from '../../tools/lib/paths.mjs';

test('the table is read: the first is the default, and its core is the core', () => {
  const text = `// BACKEND(identifier, name, transport, calls)
BACKEND(chatkit, "chatkit", Http, none)
BACKEND(openai_realtime, "openai-realtime", Http, none)
BACKEND(n8n, "n8n", Socket, frames)
BACKEND(ag_ui, "ag-ui", Agent, none)
WITH_LIVEKIT(chatkit)
WITH_LIVEKIT(n8n)
`;
  assert.deepEqual(
    parse_backends(text),
    [
      ['chatkit', 'chatkit', 'Http', 'none', 'core', false, 'core-with-livekit'],
      ['openai_realtime', 'openai-realtime', 'Http', 'none', 'core-openai-realtime', false],
      ['n8n', 'n8n', 'Socket', 'frames', 'core-n8n', false, 'core-n8n-with-livekit'],
      ['ag_ui', 'ag-ui', 'Agent', 'none', 'core-ag-ui', true],
    ].map(([identifier, name, transport, calls, core, asks, room_core]) => ({
      ...{ identifier, name, transport, calls, core, asks, room_core },
    })),
  );
  assert.throws(
    () => parse_backends('BACKEND(HAL, hal, "hal", Socket, none)'),
    /cannot be read: BACKEND\(HAL/,
  );
});

test('a page gets a core for each back end that has sources', () => {
  const folders = project_files('wasm/backends/*/*.cpp')
    .map((file) => file.split('/')[2])
    // Of calls beside a back end's text.
    .filter((folder) => folder !== 'livekit_calls');
  assert.deepEqual(backends.map(({ identifier }) => identifier).sort(), [...new Set(folders)].sort());
  const released = cores_text((file) => `${file}#hash`);
  for (const { name, core, asks, room_core } of backends) {
    const line = `{ backend: '${name}', wasm: '${core}.wasm#hash', plain: '${core}-plain.js#hash'`;
    assert.ok(released.includes(line + (asks ? ', asks: true }' : ' }')), name);
    const with_rooms = `{ backend: '${name}', wasm: '${room_core}.wasm#hash', plain: '${room_core}-plain.js#hash', voice: `;
    assert.equal(released.includes(with_rooms), room_core !== undefined, name);
  }
});

/** Names that are something else too, and what. */
const other_meanings = new Map([
  ['shopbell', 'the product; a tag that the demo or a measurement is made with'],
  ['rooms', "the core's, which `check` holds"],
]);
const is_comment = (line) => /^\s*(\/\/|\/?\*|#(?!include|define))/.test(line);

/** Names of cores, and words in quotes that are a back end's name, alone or in a list. */
function names_in(line) {
  if (is_comment(line)) return [];
  return all_backends.flatMap(({ name }) => {
    const core = new RegExp(`\\bcore[-_]${name.replaceAll('-', '[-_]')}(?![a-z])`);
    const word = new RegExp(`(["'\`]|, )${name}(["'\`]|, )`);
    return core.test(line) || (!other_meanings.has(name) && word.test(line)) ? [name] : [];
  });
}

test('who names a core or a back end by hand is found', () => {
  for (const line of [
    'shopbell_core(core-shopbell)',
    'export const core_shopbell_wasm = 1;',
    "if (backend === 'chatkit') return;",
    '{"backend", "chatkit, shopbell, hal"},',
    'const name = `ag-ui`;',
  ])
    assert.notDeepEqual(names_in(line), [], line);
  for (const line of [
    "import 'livekit-client';",
    "const path = '/api/chatkit/agent';",
    "// as 'chatkit' does",
  ])
    assert.deepEqual(names_in(line), [], line);
});

test('nobody names a core or a back end by hand', () => {
  const files = project_files(
    'CMakeLists.txt',
    'CMakePresets.json',
    'package.json',
    'shim',
    'tools',
    'wasm',
    'web',
  );
  // The doctor asks each back end in its own protocol, from outside, as a page's owner would.
  const elsewhere = /^(wasm\/backends|shim\/generated|tools\/doctor)\/|\.md$/;
  const looked_at = files.filter((file) => !elsewhere.test(file));
  assert.ok(looked_at.includes('CMakeLists.txt') && looked_at.includes('web/cores.ts'));
  const found = looked_at.flatMap((file) =>
    readFileSync(join(checkout, file), 'utf8')
      .split('\n')
      .flatMap((line, i) => names_in(line).map((name) => `${file}:${i + 1} names ${name}`)),
  );
  assert.deepEqual(found, []);
});
