// The same transcripts as the native runner (tests/transcripts), through the WebAssembly face: every expectation holds, and
// the commands are the same, letter for letter, as the native core's; and once more with the core as plain JavaScript, and over Emscripten's
// own glue.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { has_glue, make_face, messages } from './face.mjs';

const folder = fileURLToPath(new URL('../transcripts/', import.meta.url));
const native = fileURLToPath(new URL('../../build/native/transcripts', import.meta.url));

/** `name field=JSON`; grammar in tests/transcripts/script.h. */
function parse_line(text) {
  const rest = text.slice(2);
  const space = rest.indexOf(' ');
  const line = { kind: text[0] ?? '#', rest, head: space < 0 ? rest : rest.slice(0, space), args: [] };
  let at = space < 0 ? rest.length : space + 1;
  while (at < rest.length) {
    const equal = rest.indexOf('=', at);
    if (equal < 0) break;
    let i = equal + 1;
    const how = '~*$'.includes(rest[i]) ? rest[i++] : '=';
    const from = i;
    for (let depth = 0, quoted = false; i < rest.length && (quoted || depth > 0 || rest[i] !== ' '); i += 1) {
      if (quoted && rest[i] === '\\') i += 1;
      else if (rest[i] === '"') quoted = !quoted;
      else if (!quoted && '[{'.includes(rest[i])) depth += 1;
      else if (!quoted && ']}'.includes(rest[i])) depth -= 1;
    }
    line.args.push({ name: rest.slice(at, equal), how, value: rest.slice(from, i) });
    at = i + 1;
  }
  return line;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const json_of = (value) => JSON.stringify(value, (_, v) => (v instanceof Uint8Array ? utf8.decode(v) : v));
/** A JSON string's own text; any other value's JSON. */
const plain = (json) => (json.startsWith('"') ? JSON.parse(json) : json);
const to_text = (command) =>
  [command.type, ...fields_of(command).map(([name]) => `${name}=${json_of(command[name])}`)].join(' ');
const fields_of = (command) => messages.commands.find(([name]) => name === command.type)[1];

const core_of = (lines) => lines.find((line) => line.startsWith('% '))?.slice(2);

async function run(file, form) {
  const lines = readFileSync(folder + file, 'utf8').split('\n');
  const face = await make_face(core_of(lines), form);
  const now = { mono: 1000, wall: 1_700_000_000_000 };
  const storage = { shop: new Map(), tab: new Map() };
  const remembered = new Map();
  const printed = [];
  let step = [];
  let next = 0;

  const handle = (event) => {
    const answers = [];
    for (const command of face.handle(event, now.mono, now.wall)) {
      step.push(command);
      printed.push('< ' + to_text(command));
      if (command.type === 'storage_set') storage[command.area].set(command.key, command.value);
      if (command.type === 'storage_remove') storage[command.area].delete(command.key);
      if (command.type === 'storage_load') {
        const entries = [...storage[command.area]]
          .filter(([key]) => key.startsWith(command.prefix))
          .sort(([a], [b]) => (a < b ? -1 : 1));
        const { area, prefix } = command;
        answers.push({
          type: 'storage_loaded',
          area,
          prefix,
          entries: entries.map(([key, value]) => ({ key, value })),
        });
      }
    }
    answers.forEach(handle);
  };
  const matches = (command, line) => {
    if (command.type !== line.head) return false;
    for (const { name, how, value } of line.args) {
      const json = json_of(command[name]);
      if (json === undefined) return false;
      if (how === '=' && json !== value) return false;
      if (how === '~' && !plain(json).includes(plain(value))) return false;
    }
    for (const { name, how, value } of line.args) if (how === '$') remembered.set(value, command[name]);
    return true;
  };

  for (const [index, raw] of lines.entries()) {
    let text = raw;
    for (const [name, value] of remembered) text = text.replaceAll(`$${name}$`, value);
    const line = parse_line(text);
    const where = `${file}:${index + 1}: ${text}`;
    if (line.kind === '@') {
      now.mono += Number(line.head);
      now.wall += Number(line.head);
    } else if (line.kind === '~') now.wall += Number(line.head);
    else if (line.kind === '=') {
      const [, area, key, value] = /^(\S+) (\S+) ?(.*)$/.exec(line.rest);
      storage[area].set(key, value);
    } else if (line.kind === '-') {
      const [area, key] = line.rest.split(' ');
      storage[area].delete(key);
    } else if (line.kind === '>') {
      step = [];
      next = 0;
      printed.push('> ' + line.rest);
      handle({
        type: line.head,
        ...Object.fromEntries(line.args.map(({ name, value }) => [name, JSON.parse(value)])),
      });
    } else if (line.kind === '<') {
      while (next < step.length && !matches(step[next], line)) next += 1;
      assert.ok(next < step.length, `${where}\ndid not come; the step gave\n${step.map(to_text).join('\n')}`);
      next += 1;
    } else if (line.kind === '!') assert.ok(!step.some((command) => matches(command, line)), where);
    else if (line.kind === '?')
      assert.equal(face.deadline() - now.mono, line.head === 'never' ? Infinity : Number(line.head), where);
  }
  return printed;
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
  test(`transcript ${file} through the face`, async (t) => {
    const printed = await run(file);
    assert.deepEqual(await run(file, 'plain'), printed, 'as plain JavaScript');
    if (!has_glue()) return t.skip("Emscripten's own glue is not built: npm test -- node builds it");
    assert.deepEqual(await run(file, 'glue'), printed, "over Emscripten's own glue");
    if (!existsSync(native))
      return t.skip('build/native/transcripts is not built: the native commands were not compared');
    const expected = execFileSync(native, ['--print', folder + file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    assert.deepEqual(printed, expected.trimEnd().split('\n'));
  });
}
