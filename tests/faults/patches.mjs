// The faults that are kept as patches: which row each must fail, and what has to be built for it; the bugs of seeded/, which the
// simulator or a transcript must find; and those of seeds/, which small worlds are searched for, too.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load_rows } from '../acceptance/runner.mjs';

const folder = fileURLToPath(new URL('./', import.meta.url));
const seeded_folder = join(folder, 'seeded');
const seeds_folder = join(folder, 'seeds');

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
  // Programs in node and configurations are run as they lie there.
  { builds: 'scripts', files: /^(?:web|shim|tools\/(?:deploy|doctor|gateway|release))\// },
  { builds: 'cores', files: /^wasm\/(?:core|backends|registry)\// },
];

function builds_of(text) {
  const changed = [...text.matchAll(/^\+\+\+ b\/(.*)/gm)].map(([, file]) => file);
  return parts.find(({ files }) => changed.every((file) => files.test(file)))?.builds ?? 'all';
}

const patches_in = (folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.patch'))
    .sort();

/** The lines `name: value` above the diff. */
function lines_of(text) {
  const header = text.split(/^(?:diff |--- )/m)[0];
  return (name) => new RegExp(`^${name}: (.+)$`, 'm').exec(header)?.[1].trim();
}

/** @returns {Fault[]} throws where a patch begins with no row's id */
export function load_faults() {
  const ids = load_rows().map((row) => row.id);
  return patches_in(folder).map((file) => {
    const row = ids
      .filter((id) => file.startsWith(`${id.replaceAll('/', '+')}-`))
      .sort((a, b) => b.length - a.length)[0];
    if (!row) throw new Error(`${file} begins with no row id`);
    const text = readFileSync(folder + file, 'utf8');
    const line = lines_of(text);
    return {
      ...{ file, path: folder + file, row, builds: builds_of(text) },
      ...{ expect: line('Expect'), only: line('Only') },
    };
  });
}

/**
 * @typedef {object} SeededBug
 * @property {string} name
 * @property {string} file
 * @property {string} path
 * @property {string} [transcript] that must fail; without one the simulator must find it
 */

/** @returns {SeededBug[]} throws where a patch does not say what must find it */
export function load_seeded_bugs(folder = seeded_folder) {
  return patches_in(folder).map((file) => {
    const path = join(folder, file);
    const found_by = lines_of(readFileSync(path, 'utf8'))('Found-by') ?? '';
    const [, transcript] = /^(?:simulation|transcript (\S+))$/.exec(found_by) ?? [];
    if (!transcript && found_by !== 'simulation')
      throw new Error(`${file} has no line "Found-by: simulation" or "Found-by: transcript NAME"`);
    return { name: basename(file, '.patch'), file, path, transcript };
  });
}

/** Those that `simulate --exhaust` is asked for: the seeded ones, and the causes of seeds that once broke a promise. */
export function load_bugs_to_exhaust() {
  const causes = patches_in(seeds_folder).map((file) => ({
    name: basename(file, '.patch'),
    file,
    path: join(seeds_folder, file),
  }));
  return [...load_seeded_bugs(), ...causes].map(({ name, file, path }) => {
    const not_by_exhaustion = lines_of(readFileSync(path, 'utf8'))('Not-by-exhaustion');
    return { name, file, path, not_by_exhaustion };
  });
}

/** Three of them, or so many, others with each commit. */
export function draw(patches, commit_number, count = 3) {
  const first = commit_number % Math.max(1, patches.length);
  return [...patches.slice(first), ...patches.slice(0, first)].slice(0, count);
}

/** Eight faults in scripts, and three of those in C++. */
export function short_form(faults, commit_number) {
  const in_scripts = ({ builds }) => builds === 'scripts';
  const drawn = [
    ...draw(faults.filter(in_scripts), commit_number, 8),
    ...draw(
      faults.filter((fault) => !in_scripts(fault)),
      commit_number,
    ),
  ];
  return faults.filter((fault) => drawn.includes(fault));
}
