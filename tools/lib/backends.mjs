// The back ends and their cores, from wasm/backends/backends.def: no other tool names one.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from './paths.mjs';

const folder = join(checkout, 'wasm', 'backends');

/** Whose calls go over rooms beside its text, and how data-voice names that. */
const rooms_in = (text) =>
  [...text.matchAll(/^WITH_([A-Z]+)\(([a-z0-9_]+)\)$/gm)].map(([, voice, identifier]) => ({
    voice: voice.toLowerCase(),
    identifier,
  }));

/**
 * @param {string} text of backends.def
 * @returns {{identifier: string, name: string, transport: string, calls: string, core: string, asks: boolean, room_core?: string}[]} the
 *   default first; `room_core`: of pages whose calls go over LiveKit's rooms
 */
export function parse_backends(text) {
  const lines = text.split('\n').filter((line) => line.startsWith('BACKEND('));
  const beside = rooms_in(text);
  return lines.map((line, i) => {
    const matched = /^BACKEND\(([a-z0-9_]+), "([a-z0-9-]+)", ([A-Z][a-z]+), ([a-z]+)\)$/.exec(line);
    if (!matched) throw new Error(`wasm/backends/backends.def: cannot be read: ${line}`);
    const [, identifier, name, transport, calls] = matched;
    const core = i === 0 ? 'core' : `core-${name}`;
    const room = beside.find((one) => one.identifier === identifier);
    const room_core = room && `${core}-with-${room.voice}`;
    return { identifier, name, transport, calls, core, asks: transport === 'Agent', room_core };
  });
}

const has_sources = ({ identifier }) =>
  existsSync(join(folder, identifier)) &&
  readdirSync(join(folder, identifier), { recursive: true }).some((file) => file.endsWith('.cpp'));

const table = readFileSync(join(folder, 'backends.def'), 'utf8');
const [{ voice: room_voice }] = rooms_in(table);
export const all_backends = parse_backends(table);
/** Those that are built; of the others there is the line only. */
export const backends = all_backends.filter(has_sources);
/** As pages load them whose calls go over rooms. */
export const room_backends = backends
  .filter(({ room_core }) => room_core)
  .map((backend) => ({ ...backend, core: backend.room_core }));
export const cores = backends.flatMap(({ core, room_core }) => (room_core ? [core, room_core] : [core]));

const files_of = (core) => ({ wasm: `${core}.wasm`, plain: `${core}-plain.js` });
export const core_files = cores.flatMap((core) => Object.values(files_of(core)));

/**
 * What a page knows of back ends: shim/generated/cores.ts.
 * @param {(file: string) => string} of a file's name as released
 */
export function cores_text(of = (file) => file) {
  const row = ({ name, asks }, core, voice) => {
    const { wasm, plain } = files_of(core);
    const more = (voice ? `, voice: '${voice}'` : '') + (asks ? ', asks: true' : '');
    return `  { backend: '${name}', wasm: '${of(wasm)}', plain: '${of(plain)}'${more} },\n`;
  };
  const rows = backends.flatMap((one) => [
    ...(one.room_core ? [row(one, one.room_core, room_voice)] : []),
    row(one, one.core),
  ]);
  return `// Printed by tools/lib/backends.mjs from wasm/backends/backends.def. Do not edit: run \`npm run build\`.

/** By itself: the tag knows it, and not the table. */
export const default_backend = '${backends[0].name}';

/** So does it know which voice has cores of its own: <core>-with-<voice>. */
export const room_voice = '${room_voice}';

export interface Core {
  backend: string;
  /** Of pages with this data-voice alone. */
  voice?: string;
  wasm: string;
  plain: string;
  /** Its agents ask for things: with it goes tools.js. */
  asks?: true;
}

/** The files of each back end's core; what is for one voice alone stands before what is for any. */
export const cores: readonly Core[] = [
${rows.join('')}];
`;
}
