// What a page pays before anybody wants the chat: the three tags, as a release has them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as esbuild from 'esbuild';
import { core_files } from '../../tools/lib/backends.mjs';
import { make_files, tags } from '../../tools/release/bundles.mjs';
import { integrity_of } from '../../tools/release/integrity.mjs';
import { tag_br_bytes_max, tag_sizes } from '../../tools/release/tag_sizes.mjs';
import { gateway_missing } from '../rig/gateway.mjs';

const needs_build = { skip: gateway_missing() ?? false, timeout: 120_000 };
// A release is refused nothing for its size, so a longer name, which brotli cannot shorten, stops nobody either.
const names = ['0.0.0-twice', '1.2.0', '12.34.56-rc.1', '2026.11.23_3f9c2a1b'];

test('each tag is within its bytes, whatever luck the hashes have', needs_build, async () => {
  for (const version of names) {
    const { files } = await make_files(esbuild, version);
    for (const { name, brotli_bytes } of tag_sizes(files))
      assert.ok(brotli_bytes <= tag_br_bytes_max, `${name} of ${version}: ${brotli_bytes} bytes`);
  }
});

test('a tag knows no core: the app has the table of them', needs_build, async () => {
  const { files } = await make_files(esbuild, '1.0.0');
  const cores = [...files].filter(([path]) => /^core.*\.(wasm|js)$/.test(path));
  assert.equal(cores.length, core_files.length, cores.map(([path]) => path).join());
  const [, app] = [...files].find(([path]) => /^app\.[^.]+\.js$/.test(path));
  for (const [path, bytes] of cores) {
    assert.ok(app.includes(integrity_of(bytes)), `the app has the hash of ${path}`);
    for (const tag of Object.keys(tags))
      assert.ok(!files.get(tag).includes(integrity_of(bytes)), `${tag} has none of ${path}`);
  }
});
