// The back ends and their cores, from wasm/backends/backends.def: no other tool names one.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from './paths.mjs';

const folder = join(checkout, 'wasm', 'backends');

/**
 * @param {string} text of backends.def
 * @returns {{identifier: string, name: string, transport: string, calls: string, core: string, asks: boolean}[]} the default first
 */
export function parse_backends(text) {
  const lines = text.split('\n').filter((line) => line.startsWith('BACKEND('));
  return lines.map((line, i) => {
    const matched = /^BACKEND\(([a-z0-9_]+), "([a-z0-9-]+)", ([A-Z][a-z]+), ([a-z]+)\)$/.exec(line);
    if (!matched) throw new Error(`wasm/backends/backends.def: cannot be read: ${line}`);
    const [, identifier, name, transport, calls] = matched;
    const core = i === 0 ? 'core' : `core-${name}`;
    return { identifier, name, transport, calls, core, asks: transport === 'Agent' };
  });
}

const has_sources = ({ identifier }) =>
  existsSync(join(folder, identifier)) &&
  readdirSync(join(folder, identifier), { recursive: true }).some((file) => file.endsWith('.cpp'));

export const all_backends = parse_backends(readFileSync(join(folder, 'backends.def'), 'utf8'));
/** Those that are built; of the others there is the line only. */
export const backends = all_backends.filter(has_sources);
export const cores = backends.map(({ core }) => core);

const files_of = (core) => ({ wasm: `${core}.wasm`, plain: `${core}-plain.js` });
export const core_files = cores.flatMap((core) => Object.values(files_of(core)));

/**
 * What a page knows of back ends: shim/generated/cores.ts.
 * @param {(file: string) => string} of a file's name as released
 */
export function cores_text(of = (file) => file) {
  const rows = backends.map(({ name, core, asks }) => {
    const { wasm, plain } = files_of(core);
    const more = asks ? ', asks: true' : '';
    return `  { backend: '${name}', wasm: '${of(wasm)}', plain: '${of(plain)}'${more} },\n`;
  });
  return `// Printed by tools/lib/backends.mjs from wasm/backends/backends.def. Do not edit: run \`npm run build\`.

/** By itself: the tag knows it, and not the table. */
export const default_backend = '${backends[0].name}';

export interface Core {
  backend: string;
  wasm: string;
  plain: string;
  /** Its agents ask for things: with it goes tools.js. */
  asks?: true;
}

/** The files of each back end's core, the default's first. */
export const cores: readonly [Core, ...Core[]] = [
${rows.join('')}];
`;
}
