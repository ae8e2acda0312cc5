// The shim's packed codec: every message there is goes there and back unharmed, whatever its texts and numbers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { import_typescript } from './bundle.mjs';

const { Reader, Writer, commands, decode_commands, encode_event, enums, events, structs } =
  await import_typescript(`
    export * from './shim/codec';
    export { commands, enums, events, structs } from './shim/generated/messages';
  `);

/** The core's side of the border, by the same tables. */
function decode_event(bytes) {
  const reader = new Reader(bytes);
  const [type, fields] = events[reader.u8()];
  return { type, ...reader.fields(fields) };
}
function encode_commands(list) {
  const writer = new Writer();
  writer.u32(list.length);
  for (const command of list) {
    const index = commands.findIndex(([type]) => type === command.type);
    writer.u8(index);
    writer.fields(commands[index][1], command);
  }
  return writer.done();
}

const texts = ['', 'plain', 'ä ß €', '漢字 한국어', '😀👩‍👩‍👧', '\uFEFFwith a mark', 'a\0b', 'x'.repeat(300)];

/** Some value of the type; `turn` varies it. */
function value_of(type, turn) {
  if (type.endsWith('[]'))
    return Array.from({ length: turn % 3 }, (_, i) => value_of(type.slice(0, -2), turn + i));
  if (type === 'bool') return turn % 2 === 1;
  if (type === 'u32') return [0, 1, 200, 0xffff_ffff][turn % 4];
  if (type === 'f64') return [0, -1, 1763683200123.5, Infinity, 2 ** 53][turn % 5];
  if (type === 'string') return texts[turn % texts.length];
  if (type === 'bytes') return Uint8Array.from({ length: turn * 7 }, (_, i) => (i * 31) & 255);
  if (enums[type]) return enums[type][turn % enums[type].length];
  return message_of(new Map(structs).get(type), turn);
}
const message_of = (fields, turn) =>
  Object.fromEntries(fields.map(([name, type], index) => [name, value_of(type, turn + index)]));

test('every event arrives as it was sent', () => {
  for (const [type, fields] of events)
    for (let turn = 0; turn < 12; turn += 1) {
      const event = { type, ...message_of(fields, turn) };
      assert.deepEqual(decode_event(encode_event(event)), event);
    }
});

test('every command arrives as it was sent, one by one and in one batch', () => {
  const all = commands.flatMap(([type, fields]) =>
    Array.from({ length: 12 }, (_, turn) => ({ type, ...message_of(fields, turn) })),
  );
  for (const command of all) assert.deepEqual(decode_commands(encode_commands([command])), [command]);
  assert.deepEqual(decode_commands(encode_commands(all)), all);
  assert.deepEqual(decode_commands(encode_commands([])), []);
});

test('the layout is the one that the core reads', () => {
  const event = {
    type: 'key_pressed',
    key: 'é',
    text: '',
    in_box: true,
    shift: false,
    composing: true,
  };
  const tag = events.findIndex(([type]) => type === 'key_pressed');
  assert.deepEqual([...encode_event(event)], [tag, 2, 0, 0, 0, 0xc3, 0xa9, 0, 0, 0, 0, 1, 0, 1]);
});

test('a lone surrogate becomes U+FFFD, and its neighbours stay', () => {
  for (const [given, arrives] of [
    ['a\ud83db', 'a\ufffdb'],
    ['\ude00', '\ufffd'],
    ['\ud83d\ud83d\ude00', '\ufffd😀'],
    ['end\ud83d', 'end\ufffd'],
  ])
    assert.equal(decode_event(encode_event({ type: 'page_send', text: given })).text, arrives);
});

test('big texts and bytes', () => {
  const text = '€😀'.repeat(500_000);
  assert.equal(decode_event(encode_event({ type: 'page_send', text })).text, text);
  const bytes = new Uint8Array(3_000_000).fill(7);
  assert.deepEqual(decode_event(encode_event({ type: 'http_body', attempt: 9, bytes })).bytes, bytes);
});

test('bytes of a command outlive the memory they came in', () => {
  const memory = encode_commands([{ type: 'keep_snapshot', state: Uint8Array.of(1, 2, 3) }]);
  const [command] = decode_commands(memory);
  memory.fill(0);
  assert.deepEqual(command.state, Uint8Array.of(1, 2, 3));
});

test('an answer that begins in the middle of a memory is read there', () => {
  const answer = encode_commands([{ type: 'box_set', text: 'here' }]);
  const memory = new Uint8Array(answer.length + 13);
  memory.set(answer, 13);
  assert.deepEqual(decode_commands(memory.subarray(13)), [{ type: 'box_set', text: 'here' }]);
});

test('the page may replace JSON', () => {
  const { parse, stringify } = JSON;
  JSON.parse = JSON.stringify = () => assert.fail('the page’s JSON was used');
  try {
    assert.equal(decode_event(encode_event({ type: 'page_send', text: 'hello' })).text, 'hello');
  } finally {
    Object.assign(JSON, { parse, stringify });
  }
});
