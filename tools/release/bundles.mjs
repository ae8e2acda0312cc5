// A version's scripts and modules under their released names. Nearly each has a hash in it, and every file knows the names and hashes of
// those that it loads: so they are made from the leaves to the loader, which an owner's tag pins.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle_one, bundles } from '../lib/bundles.mjs';
import { core_files, cores_text } from '../lib/backends.mjs';
import { checkout, dist_folder } from '../lib/paths.mjs';
import { integrity_of, mark_of } from './integrity.mjs';

/** What only a release has. `folder`: what promote copies to the root. */
const released = {
  ...bundles,
  'successor.js': { entry: 'web/tag/successor.ts', format: 'esm' },
  'switch.js': { entry: 'web/tag/switch.ts', format: 'esm', folder: 'root' },
};
/** Under names of their own, which tags in pages have. */
export const tags = {
  'shopbell.js': { entry: 'web/tag/loader.ts', format: 'iife' },
  'root/shopbell.js': { entry: 'web/tag/moving_tag.ts', format: 'iife' },
  'root/widget/chat-widget-enhanced.js': { entry: 'web/tag/old_tag.ts', format: 'iife' },
};

/** Made last: it knows the tag. */
const npm_index = { entry: 'web/package.ts', format: 'esm' };

const table_file = 'shim/files.ts';

/** @returns {{constant: string, name: string}[]} */
const files_of_table = () =>
  [...readFileSync(join(checkout, table_file), 'utf8').matchAll(/^export const (\w+) = '([^']+)';$/gm)].map(
    ([, constant, name]) => ({ constant, name }),
  );

const all_names = () => [...files_of_table().map(({ name }) => name), ...core_files];

/** Stands for what is not hashed yet; a bundle that has it waits for its turn. */
const unknown = (name) => `@unknown:${name}@`;

/** The bundler's plugin that puts released names in the place of both tables. */
const released_table = (version, known) => ({
  name: 'released_table',
  setup(build) {
    const of = (name) => known.get(name) ?? unknown(name);
    build.onLoad({ filter: /[\\/]shim[\\/]generated[\\/]cores\.ts$/ }, () => ({
      contents: cores_text(of),
      loader: 'ts',
    }));
    build.onLoad({ filter: /[\\/]shim[\\/]files\.ts$/ }, () => ({
      contents: [
        `export const version = ${JSON.stringify(version)};`,
        ...files_of_table().map(
          ({ constant, name }) => `export const ${constant} = ${JSON.stringify(of(name))};`,
        ),
      ].join('\n'),
      loader: 'js',
    }));
  },
});

const marked = (name, integrity) => name.replace(/(\.[^.]+)$/, `.${mark_of(integrity)}$1`);
/** A tag asks for its core before it has the table of them (web/cores.ts), so their names can be foretold. */
const released_name = (name, integrity) =>
  core_files.includes(name) && name.endsWith('.wasm') ? name : marked(name, integrity);
const in_folder = (folder, name) => (folder ? `${folder}/${name}` : name);

async function make_tags(esbuild, table) {
  const files = new Map();
  for (const [path, bundle] of Object.entries(tags)) {
    const { code, map } = await bundle_one(esbuild, path.split('/').at(-1), bundle, [table]);
    files.set(path, code);
    files.set(`${path}.map`, map);
  }
  return files;
}

/**
 * The tags, and their maps, as a release would have them, but that the hashes in them are of nothing. The version's name is in them too: as
 * long a one as is usual, so that what fits the budget today does so under each name.
 */
export async function tags_alone(esbuild, version = '12.34.56-rc.1') {
  const known = new Map(
    all_names().map((name) => {
      const integrity = integrity_of(name);
      return [name, `${released_name(name, integrity)}#${integrity}`];
    }),
  );
  return make_tags(esbuild, released_table(version, known));
}

/**
 * @param {object} esbuild
 * @param {string} version
 * @returns {Promise<{files: Map<string, Buffer>, successor: string}>} by path in the version's folder; and successor.js as the table names it
 */
export async function make_files(esbuild, version) {
  const files = new Map();
  /** Name in the code -> released name and hash. */
  const known = new Map();
  const add = (name, bytes, folder) => {
    const integrity = integrity_of(bytes);
    const path = released_name(name, integrity);
    files.set(in_folder(folder, path), bytes);
    known.set(name, `${path}#${integrity}`);
  };

  const named = new Set(all_names());
  for (const name of named)
    if (!released[name] && existsSync(join(dist_folder, name)))
      add(name, readFileSync(join(dist_folder, name)));

  let waiting = Object.keys(released).filter(
    (name) => !tags[name] && (name === 'successor.js' || named.has(name)),
  );
  const table = released_table(version, known);
  while (waiting.length > 0) {
    const still = [];
    for (const name of waiting) {
      const { folder, ...bundle } = released[name];
      const { code, map } = await bundle_one(esbuild, name, bundle, [table]);
      if (code.includes('@unknown:')) still.push(name);
      else {
        add(name, code, folder);
        files.set(in_folder(folder, `${name}.map`), map);
      }
    }
    if (still.length === waiting.length)
      throw new Error(`${still.join(', ')}: they wait for each other, or for a file that is not built`);
    waiting = still;
  }
  for (const [path, bytes] of await make_tags(esbuild, table)) {
    // A map has the whole table in it.
    if (tags[path] && bytes.includes('@unknown:')) throw new Error(`${path} names a file that is not built`);
    files.set(path, bytes);
  }
  // What an owner's own worker file imports (data-worker-url) has a name that can be foretold.
  files.set('voice-worker.js', files.get(known.get('voice-worker.js').split('#')[0]));
  known.set('shopbell.js', `shopbell.js#${integrity_of(files.get('shopbell.js'))}`);
  files.set('npm/index.js', (await bundle_one(esbuild, 'index.js', npm_index, [table])).code);
  return { files, successor: known.get('successor.js') };
}
