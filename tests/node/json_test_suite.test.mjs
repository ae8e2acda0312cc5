// JSONTestSuite through the face: each file is the body of an answer, and the core must say whether it is JSON. The two
// verdicts are told apart by their error codes: `answer_unreadable` for no JSON, anything else for JSON without a reply.
//
// The suite is not part of the project: it is looked for in the folder that SHOPBELL_CORPORA names (which holds
// JSONTestSuite/test_parsing), else beside the checkout in ../shared/corpora.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { make_face } from './face.mjs';

const corpora =
  process.env.SHOPBELL_CORPORA ?? fileURLToPath(new URL('../../../shared/corpora', import.meta.url));
const folder = join(corpora, 'JSONTestSuite', 'test_parsing');

/** The error code that the core gives to an answer with this body; `none` when it took it as a reply. */
async function verdict(bytes) {
  const face = await make_face();
  const say = (event) => face.handle(event, 0, 1_700_000_000_000);
  const load = say({ type: 'start', seed: new Uint8Array(32).fill(7), script_origin: 'https://api.example' });
  for (const { type, area, prefix } of load)
    if (type === 'storage_load') say({ type: 'storage_loaded', area, prefix });
  say({ type: 'key_pressed', key: 'Enter', in_box: true, text: 'hello' });
  const headers = [{ name: 'content-type', value: 'application/json' }];
  const commands = [
    ...say({ type: 'http_head', attempt: 1, status: 200, headers }),
    ...say({ type: 'http_body', attempt: 1, bytes }),
    ...say({ type: 'http_end', attempt: 1 }),
  ];
  face.delete();
  return commands.find((c) => c.type === 'emit' && c.event === 'error')?.code ?? 'none';
}

const skip = existsSync(folder)
  ? false
  : `JSONTestSuite is not at ${folder}; set SHOPBELL_CORPORA to the folder that holds it`;

test('JSONTestSuite: 283 of 283 files that must be accepted or refused', { skip }, async (t) => {
  const wrong = [];
  let judged = 0;
  for (const name of readdirSync(folder).sort()) {
    if (!/^[yn]_/.test(name)) continue;
    const code = await verdict(new Uint8Array(readFileSync(join(folder, name))));
    judged += 1;
    if ((code !== 'answer_unreadable') !== name.startsWith('y_')) wrong.push(`${name}: ${code}`);
  }
  t.diagnostic(`${judged - wrong.length} of ${judged}`);
  assert.deepEqual(wrong, []);
  assert.equal(judged, 283);
});

test(
  'JSONTestSuite: the files that may go either way end in a verdict, never in a trap',
  { skip },
  async () => {
    for (const name of readdirSync(folder).filter((n) => n.startsWith('i_'))) {
      assert.match(
        await verdict(new Uint8Array(readFileSync(join(folder, name)))),
        /^answer_(unreadable|empty)$/,
        name,
      );
    }
  },
);

test('a raw NUL and half a surrogate pair', async () => {
  const utf8 = (text) => new TextEncoder().encode(text);
  assert.equal(await verdict(utf8('{"response":"hi"}')), 'none');
  assert.equal(await verdict(utf8('{"response":"hi"}\0')), 'answer_unreadable');
  assert.equal(await verdict(utf8('{"response":"h\0i"}')), 'answer_unreadable');
  assert.equal(await verdict(utf8('{"response":"\\ud83d"}')), 'none');
  assert.equal(await verdict(new Uint8Array([0x7b, 0xff, 0x7d])), 'answer_unreadable');
});
