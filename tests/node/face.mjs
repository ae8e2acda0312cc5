// The browser's artefact in node, without a browser: dist/dev/core.wasm or core-plain.js, or another core, with the
// shim's own binding and codec.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A bundle of one of the shim's TypeScript modules, as a module of node. */
export async function shim_module(path) {
  const { outputFiles } = buildSync({
    entryPoints: [root + path],
    bundle: true,
    format: 'esm',
    write: false,
    target: 'es2020',
  });
  return import('data:text/javascript;base64,' + Buffer.from(outputFiles[0].text).toString('base64'));
}

export const codec = await shim_module('shim/codec.ts');
export const messages = await shim_module('shim/generated/messages.ts');

const { core_maker } = await shim_module('shim/embind.ts');
const built = (name) => import(pathToFileURL(`${root}dist/dev/${name}`).href);

const glue_file = (name) => `${root}build/wasm/${name}-glue.mjs`;
/** Whether the same face was built with Emscripten's own embind and glue, too. */
export const has_glue = (name = 'core') => existsSync(glue_file(name));

const makers = {
  wasm: async (name) => core_maker(new WebAssembly.Module(await readFile(`${root}dist/dev/${name}.wasm`))),
  plain: async (name) => core_maker((await built(`${name}-plain.js`)).default),
  glue: async (name) => (await import(pathToFileURL(glue_file(name)).href)).default,
};

/**
 * A fresh core: `handle(event, now_ms, wall_ms)` takes and gives plain objects; fields left out have their defaults.
 * `form`: wasm; plain, the core as plain JavaScript; glue, over Emscripten's own glue in place of shim/embind.ts.
 */
export async function make_face(name = 'core', form = 'wasm') {
  const make_core = await makers[form](name);
  const core = await make_core();
  const face = new core.Face();
  return {
    handle: (event, now_ms, wall_ms) =>
      codec.decode_commands(face.handle(codec.encode_event(complete(event)), now_ms, wall_ms)),
    handle_raw: (bytes, now_ms, wall_ms) => codec.decode_commands(face.handle(bytes, now_ms, wall_ms)),
    deadline: () => face.deadline(),
    delete: () => face.delete(),
  };
}

const defaults = { bool: false, u32: 0, f64: 0, string: '', bytes: new Uint8Array(0) };
/** The defaults that are not zero, as wasm/core/vocabulary/events.h has them. */
const other_defaults = { online: true, visible: true, locks: true };

export function complete(event) {
  const table = messages.events.find(([name]) => name === event.type);
  if (!table) throw new Error(`no such event: ${event.type}`);
  const whole = { type: event.type };
  for (const [name, type] of table[1]) {
    if (name in event)
      whole[name] =
        type === 'bytes' && typeof event[name] === 'string'
          ? new TextEncoder().encode(event[name])
          : event[name];
    else if (name in other_defaults) whole[name] = other_defaults[name];
    else whole[name] = type.endsWith('[]') ? [] : (defaults[type] ?? messages.enums[type][0]);
  }
  return whole;
}
