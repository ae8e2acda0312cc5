// What a page pays before anybody wants the chat: the tag as it is released, with the names and hashes of the files that it loads in it.
// `npm run check` holds it; a release is refused nothing for it, since a version's name or hash moves it by some bytes.
import { brotliCompressSync } from 'node:zlib';
import { byte_tree, script_parts } from '../check/byte_tree.mjs';
import { tags } from './bundles.mjs';

export const tag_br_bytes_max = 4_800;

/**
 * @param {Map<string, Buffer>} files of a version, with the maps
 * @returns {{name: string, raw_bytes: number, brotli_bytes: number, parts: Map<string, number>}[]}
 */
export const tag_sizes = (files) =>
  Object.keys(tags).map((name) => ({
    name,
    raw_bytes: files.get(name).length,
    brotli_bytes: brotliCompressSync(files.get(name)).length,
    parts: script_parts(files.get(name).toString(), JSON.parse(files.get(`${name}.map`))),
  }));

/** @returns {string | undefined} which tags are larger than they may be, and what they are made of */
export function too_large(sizes) {
  const large = sizes.filter(({ brotli_bytes }) => brotli_bytes > tag_br_bytes_max);
  if (large.length === 0) return undefined;
  const trees = large.map((tag) =>
    byte_tree({ title: `${tag.name} as brotli, of ${tag_br_bytes_max}`, files: [tag] }),
  );
  return trees.join('\n');
}
