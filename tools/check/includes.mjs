// Which headers may not reach which: a promise that the include graph keeps needs no care.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkout } from '../lib/paths.mjs';

/** A call is never ended by a message, nor the other way round: neither can name the other. */
const apart = [
  ['core/outbox.h', 'core/call.h'],
  ['core/call.h', 'core/outbox.h'],
];

/** @returns {Map<string, string>} every file of ours that `file` includes, and which file includes it first */
function reached_from(file) {
  const reached = new Map([[file, '']]);
  for (const from of reached.keys()) {
    const path = join(checkout, 'wasm', from);
    if (!existsSync(path)) continue;
    for (const [, name] of readFileSync(path, 'utf8').matchAll(/^\s*#\s*include\s*"([^"]+)"/gm)) {
      const beside = join(dirname(from), name);
      const found = [name, beside].find((one) => existsSync(join(checkout, 'wasm', one)));
      if (found && !reached.has(found)) reached.set(found, from);
    }
  }
  return reached;
}

export function check_includes() {
  const problems = [];
  for (const [from, to] of apart) {
    for (const file of [from, from.replace(/\.h$/, '.cpp')]) {
      const by = reached_from(file).get(to);
      if (by !== undefined) problems.push(`wasm/${file} must not know ${to}, but reaches it through ${by}`);
    }
  }
  return problems;
}
