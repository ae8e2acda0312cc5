// What a page pays: brotli bytes at page load, as released, until text is usable and for a call, against their budgets.
import { measure_dist, page_files, size_table } from '../build.mjs';
import { backends, room_backends } from '../lib/backends.mjs';
import { tags_alone } from '../release/bundles.mjs';
import { tag_br_bytes_max, tag_sizes, too_large } from '../release/tag_sizes.mjs';
import { byte_tree } from './byte_tree.mjs';

const budgets = [
  // What each feature adds to it every page pays for.
  { name: 'the core', files: [`${backends[0].core}.wasm`], brotli_bytes_max: 39_300 },
  // A page loads one of the cores; those of our own gateway's two back ends come first.
  ...backends.map((backend, i) => ({
    name: `to usable text, ${backend.core}`,
    files: page_files.text(backend),
    brotli_bytes_max: [57_000, 59_000][i] ?? 65_000,
    page: true,
  })),
  ...room_backends.map((backend) => ({
    name: `to usable text, ${backend.core}`,
    files: page_files.text(backend),
    brotli_bytes_max: 65_000,
    page: true,
  })),
  {
    name: 'a call in a room, after the press',
    files: page_files.room_call,
    brotli_bytes_max: 130_000,
  },
  {
    name: 'a call, all after the press',
    files: page_files.call,
    brotli_bytes_max: 130_000,
  },
];

/** @returns {Promise<{table: string, problems: string[]}>} */
export async function check_sizes(sizes = measure_dist()) {
  const problems = [];
  const lines = [size_table(sizes), ''];
  const released = tag_sizes(await tags_alone(await import('esbuild')));
  for (const { name, brotli_bytes } of released)
    lines.push(
      `${'page load'.padEnd(30)} ${String(brotli_bytes).padStart(6)} of ${tag_br_bytes_max} (${name}, as released)`,
    );
  const tree = too_large(released);
  if (tree) problems.push(`page load:\n${tree}`);
  let heaviest = { bytes: 0 };
  for (const { name, files, brotli_bytes_max, page } of budgets) {
    const parts = files.map((file) => sizes.find((size) => size.name === file));
    const missing = files.filter((_, i) => !parts[i]);
    if (missing.length > 0) {
      problems.push(`${name}: ${missing.join(', ')} is not in dist/dev`);
      continue;
    }
    const bytes = parts.reduce((sum, part) => sum + part.brotli_bytes, 0);
    lines.push(
      `${name.padEnd(30)} ${String(bytes).padStart(6)} of ${brotli_bytes_max} (${files.join(' + ')})`,
    );
    if (page && bytes > heaviest.bytes) heaviest = { bytes, title: `${name}, roughly`, files: parts };
    if (bytes > brotli_bytes_max)
      problems.push(
        `${name}: ${bytes} bytes, ${bytes - brotli_bytes_max} more than its budget of ${brotli_bytes_max}`,
      );
  }
  if (heaviest.files) lines.push('', byte_tree(heaviest));
  return { table: lines.join('\n'), problems };
}
