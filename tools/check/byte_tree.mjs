// Where the bytes of a page go: each file's brotli size, and under it what it is made of. A part's size is its share of the file before
// compression, so it is a rough one: texts shrink more than code.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dist_folder } from '../lib/paths.mjs';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The numbers of one segment of a source map: base 64, six bits each, the lowest is the sign. */
function numbers_of(segment) {
  const numbers = [];
  let value = 0;
  let shift = 0;
  for (const letter of segment) {
    const bits = letters.indexOf(letter);
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = shift = 0;
  }
  return numbers;
}

/** @returns {Map<string, number>} bytes of a script by the source that they come from */
export function bytes_by_source(code, map) {
  const lines = code.split('\n');
  const parts = new Map();
  let source = 0;
  map.mappings.split(';').forEach((line, row) => {
    let column = 0;
    let last;
    const add = (end) => last !== undefined && parts.set(last, (parts.get(last) ?? 0) + end - column);
    for (const segment of line.split(',').filter(Boolean)) {
      const [forward, source_step] = numbers_of(segment);
      add(column + forward);
      column += forward;
      if (source_step !== undefined) source += source_step;
      last = source_step === undefined ? undefined : map.sources[source];
    }
    add(lines[row]?.length ?? column);
  });
  return parts;
}

const sections =
  'others,types,imports,functions,table,memory,globals,exports,start,table,code,data,others'.split(',');

/** @returns {Map<string, number>} bytes of a module by section */
export function bytes_by_section(bytes) {
  const parts = new Map();
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const name = sections[bytes[at++]] ?? 'others';
    const size = number();
    parts.set(name, (parts.get(name) ?? 0) + size);
    at += size;
  }
  return parts;
}

/** A source's folder says what it is for; single files are too many. */
const group_of = (source) =>
  source
    .replace(/^(\.\.\/)+/, '')
    .replace(/\.(ts|mjs)$/, '')
    .replace(/^(shim|web)\/(voice|view|call|locales|generated)\/.*/, '$1/$2');

/** @returns {Map<string, number>} bytes of a script by what they are for */
export function script_parts(code, map) {
  const parts = new Map();
  for (const [source, bytes] of bytes_by_source(code, map))
    parts.set(group_of(source), (parts.get(group_of(source)) ?? 0) + bytes);
  return parts;
}

/** Of a file in dist/dev. */
function parts_of(name) {
  const path = join(dist_folder, name);
  if (name.endsWith('.wasm')) return bytes_by_section(readFileSync(path));
  if (!existsSync(`${path}.map`)) return new Map();
  return script_parts(readFileSync(path, 'utf8'), JSON.parse(readFileSync(`${path}.map`, 'utf8')));
}

const least_bytes = 60;

/**
 * @param {{title: string, files: {name: string, raw_bytes: number, brotli_bytes: number, parts?: Map<string, number>}[]}} page `parts`: for
 * a file that is not in dist/dev
 */
export function byte_tree({ title, files }) {
  const line = (depth, bytes, name) => `${String(bytes).padStart(8)}  ${'  '.repeat(depth)}${name}`;
  const lines = [
    line(
      0,
      files.reduce((sum, file) => sum + file.brotli_bytes, 0),
      title,
    ),
  ];
  for (const { name, raw_bytes, brotli_bytes, parts: known } of files) {
    lines.push(line(1, brotli_bytes, name));
    const parts = [...(known ?? parts_of(name))].map(([part, bytes]) => [
      part,
      Math.round((bytes * brotli_bytes) / raw_bytes),
    ]);
    const shown = parts.filter(([, bytes]) => bytes >= least_bytes).sort(([, a], [, b]) => b - a);
    for (const [part, bytes] of shown) lines.push(line(2, bytes, part));
  }
  return lines.join('\n');
}
