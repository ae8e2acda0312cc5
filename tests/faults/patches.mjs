// The faults that are kept as patches: which row each must fail, and what has to be built for it.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load_rows } from '../acceptance/runner.mjs';

const folder = fileURLToPath(new URL('./', import.meta.url));

/**
 * @typedef {object} Fault
 * @property {string} file
 * @property {string} path
 * @property {string} row
 * @property {'scripts' | 'cores' | 'all'} builds what its files are built into, besides what is there already
 * @property {string} [expect]
 * @property {string} [only]
 */

const parts = [
  { builds: 'scripts', files: /^(?:web|shim)\// },
  { builds: 'cores', files: /^wasm\/(?:core|backends|registry)\// },
];

function builds_of(text) {
  const changed = [...text.matchAll(/^\+\+\+ b\/(.*)/gm)].map(([, file]) => file);
  return parts.find(({ files }) => changed.every((file) => files.test(file)))?.builds ?? 'all';
}

/** @returns {Fault[]} throws where a patch begins with no row's id */
export function load_faults() {
  const ids = load_rows().map((row) => row.id);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => {
      const row = ids
        .filter((id) => file.startsWith(`${id.replaceAll('/', '+')}-`))
        .sort((a, b) => b.length - a.length)[0];
      if (!row) throw new Error(`${file} begins with no row id`);
      const text = readFileSync(folder + file, 'utf8');
      const header = text.split(/^(?:diff |--- )/m)[0];
      const line = (name) => new RegExp(`^${name}: (.+)$`, 'm').exec(header)?.[1].trim();
      return {
        ...{ file, path: folder + file, row, builds: builds_of(text) },
        ...{ expect: line('Expect'), only: line('Only') },
      };
    });
}

const in_short_form = 3;

/** All faults in the page's scripts, and three of those in C++, others with each commit. */
export function short_form(faults, commit_number) {
  const slow = faults.filter(({ builds }) => builds !== 'scripts');
  const first = commit_number % Math.max(1, slow.length);
  const drawn = [...slow.slice(first), ...slow.slice(0, first)].slice(0, in_short_form);
  return faults.filter((fault) => fault.builds === 'scripts' || drawn.includes(fault));
}
