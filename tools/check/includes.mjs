// Which headers may not reach which: a promise that the include graph keeps needs no care.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkout } from '../lib/paths.mjs';
import { cpp_files } from './files.mjs';

const plan = readFileSync(join(checkout, 'wasm/core/README.md'), 'utf8').split('## The rooms')[1];
/** The rooms of the core, the lowest first. A room names itself and those before it; the widget, which lies in none, may name all. */
export const rooms = [...plan.matchAll(/^ {4}(\w+)\/ /gm)].map(([, name]) => name);
const up_to = (room) => rooms.slice(0, rooms.indexOf(room) + 1);

/** What those outside the core may name of it. A back end's codec sees neither machines nor drivers; the sound sees no more than the tools,
 * and the server also JSON. */
const neighbours = [
  { files: /^wasm\/backends\/.+\//, may: up_to('wire') },
  { files: /^wasm\/voice\//, may: ['base'] },
  { files: /^wasm\/registry\//, may: ['base', 'wire'] },
  { files: /^wasm\/markdown\//, may: [] },
];

/** The rooms of folders beside the core, the lowest first, as in the core; `all`: what of the folder's own files every room may name. */
const houses = {
  voice: { rooms: ['wire', 'sound'], all: ['voice/limits.h', 'voice/command_list.h'] },
  registry: { rooms: ['frames', 'parts'], all: ['registry/limits.h'] },
};

/** All that the core may name of back ends. */
const backend_names = 'backends/backends.def';

/** A call is never ended by a message, nor the other way round: neither can name the other. */
const apart = [
  ['core/machines/outbox', 'core/machines/call.h'],
  ['core/machines/call', 'core/machines/outbox.h'],
  ...[
    'machines/outbox',
    'conversation/tabs',
    'drivers/driver',
    'drivers/http_driver',
    'drivers/socket_driver',
    'drivers/sound_driver',
  ].map((one) => [`core/${one}`, 'core/machines/voice.h']),
];

const included_by = (text) => [...text.matchAll(/^\s*#\s*include\s*"([^"]+)"/gm)].map(([, name]) => name);
const room_of = (path) => /^core\/(\w+)\//.exec(path)?.[1];

/** @returns {Map<string, string>} every file of ours that `file` includes, and which file includes it first */
function reached_from(file) {
  const reached = new Map([[file, '']]);
  for (const from of reached.keys()) {
    const path = join(checkout, 'wasm', from);
    if (!existsSync(path)) continue;
    for (const name of included_by(readFileSync(path, 'utf8'))) {
      const beside = join(dirname(from), name);
      const found = [name, beside].find((one) => existsSync(join(checkout, 'wasm', one)));
      if (found && !reached.has(found)) reached.set(found, from);
    }
  }
  return reached;
}

function may_name(file) {
  const room = room_of(file.slice('wasm/'.length));
  return room ? up_to(room) : neighbours.find(({ files }) => files.test(file))?.may;
}

function wrong_rooms(file, names) {
  const [, folder, room] = /^wasm\/(\w+)\/(\w+)\//.exec(file) ?? [];
  const { rooms: own = [], all = [] } = houses[folder] ?? {};
  if (!own.includes(room)) return [];
  const may = own.slice(0, own.indexOf(room) + 1).map((one) => `${folder}/${one}/`);
  return names
    .filter((name) => name.startsWith(`${folder}/`) && !all.includes(name))
    .filter((name) => !may.some((one) => name.startsWith(one)))
    .map(
      (name) => `${file} must not name ${name}: of wasm/${folder} it may name ${[...may, ...all].join(', ')}`,
    );
}

/** @param {string} file from the checkout @param {string} text @returns {string[]} what it names and must not */
export function wrong_doors(file, text) {
  const names = included_by(text);
  const may = may_name(file);
  const of_core = names
    .filter((name) => may && name.startsWith('core/') && !may.includes(room_of(name)))
    .map((name) => `${file} must not name ${name}: of the core it may name ${may.join(', ') || 'nothing'}`);
  const of_backends = names
    .filter((name) => file.startsWith('wasm/core/') && name.startsWith('backends/') && name !== backend_names)
    .map((name) => `${file} must not name ${name}: of back ends the core knows their names alone`);
  return [...of_core, ...of_backends, ...wrong_rooms(file, names)];
}

function check_apart() {
  const problems = [];
  for (const [from, to] of apart) {
    const files = [`${from}.h`, `${from}.cpp`].filter((file) => existsSync(join(checkout, 'wasm', file)));
    if (files.length === 0) problems.push(`tools/check/includes.mjs speaks of ${from}, which is not there`);
    for (const file of files) {
      const by = reached_from(file).get(to);
      if (by !== undefined) problems.push(`wasm/${file} must not know ${to}, but reaches it through ${by}`);
    }
  }
  return problems;
}

export function check_includes() {
  const doors = cpp_files()
    .filter((file) => file.startsWith('wasm/'))
    .flatMap((file) => wrong_doors(file, readFileSync(join(checkout, file), 'utf8')));
  return [...doors, ...check_apart()];
}
