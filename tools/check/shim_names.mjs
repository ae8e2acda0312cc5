// The shim carries out commands and decides nothing, so it has no use for the name of a back end, of a message on the wire or of a
// state. This check reads those names from where they are defined and finds them among the shim's string literals.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { all_backends } from '../lib/backends.mjs';
import { checkout } from '../lib/paths.mjs';
import { project_files } from './files.mjs';

/** Words that are something else in the shim, and what. */
const other_meanings = new Map([
  ['offline', 'the page event'],
  ['content-type', 'the HTTP header'],
  ['busy', 'a microphone that another program holds'],
  ['type', 'which event or command it is'],
  ['none', 'data-worker-url: this page has no worker'],
  ['function', 'what typeof says'],
  ['resume', 'the page event'],
  ['reconnecting', "what a call's engine says of itself"],
  ['refused', 'likewise, of its ticket'],
]);

/** The values of enums that name a state or a kind of thing in the conversation; levels, areas and so on are the shim's own business. */
export function names_in_generated(text) {
  const state_enums = [...text.matchAll(/^(\w+)((?: \w+)+)$/gm)].filter(([, name]) =>
    /(State|Kind|Code|Action)$|^Typing$/.test(name),
  );
  return state_enums.flatMap(([, , values]) => values.trim().split(' '));
}

/** Names on the wire: whatever a back end's codec writes as a plain word. */
export const names_in_codec = (text) =>
  [...text.replace(/^#include.*$/gm, '').matchAll(/"([a-z][\w.:-]*)"/gi)].map(([, name]) => name);

export function forbidden_names({ backends, generated, codecs }) {
  const names = new Map();
  const add = (list, kind) => list.forEach((name) => names.set(name, kind));
  codecs.forEach((text) => add(names_in_codec(text), 'a name on the wire'));
  add(names_in_generated(generated), 'the name of a state');
  add(backends, 'the name of a back end');
  for (const name of other_meanings.keys()) names.delete(name);
  return names;
}

/** @returns {string[]} one line for each literal that is a forbidden name */
export function find_names(file, text, names) {
  const found = [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const visit = (node) => {
    if (ts.isStringLiteralLike(node) && names.has(node.text)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(
        `${file}:${line + 1}: '${node.text}' is ${names.get(node.text)}; deciding by it is the core's work`,
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

export function check_shim_names() {
  const read = (file) => readFileSync(join(checkout, file), 'utf8');
  const names = forbidden_names({
    backends: all_backends.map(({ name }) => name),
    generated: read('shim/generated/messages.ts'),
    // What is told of a call's room is told by the shim itself, in words of its own: nobody else writes them.
    codecs: project_files('wasm/backends/*/*.cpp', 'wasm/backends/*/*.h')
      .filter((file) => !file.startsWith('wasm/backends/livekit_calls/'))
      .map(read),
  });
  const files = project_files('shim/*.ts').filter((file) => !file.startsWith('shim/generated/'));
  return files.flatMap((file) => find_names(file, read(file), names));
}
