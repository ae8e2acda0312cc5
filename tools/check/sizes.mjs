// What a page pays: brotli bytes at page load, until text is usable and for a call, against their budgets.
import { measure_dist, size_table } from '../build.mjs';
import { byte_tree } from './byte_tree.mjs';

const budgets = [
  { name: 'page load', files: ['shopbell.js'], brotli_bytes_max: 5_000 },
  // A page loads one of the cores.
  ...['core', 'core-shopbell'].map((core) => ({
    name: `to usable text, ${core}`,
    files: ['shopbell.js', 'app.js', `${core}.wasm`],
    brotli_bytes_max: 65_000,
    tree: core === 'core-shopbell',
  })),
  {
    name: 'a call, all after the press',
    files: ['voice.js', 'voice.wasm', 'voice-worker.js', 'voice-capture.js', 'voice-playback.js'],
    brotli_bytes_max: 130_000,
  },
];

/** @returns {{table: string, problems: string[]}} */
export function check_sizes(sizes = measure_dist()) {
  const problems = [];
  const lines = [size_table(sizes), ''];
  for (const { name, files, brotli_bytes_max, tree } of budgets) {
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
    if (tree) lines.push(byte_tree({ title: `${name}, roughly`, files: parts }), '');
    if (bytes > brotli_bytes_max)
      problems.push(
        `${name}: ${bytes} bytes, ${bytes - brotli_bytes_max} more than its budget of ${brotli_bytes_max}`,
      );
  }
  return { table: lines.join('\n'), problems };
}
