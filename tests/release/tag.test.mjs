// What a page pays before anybody wants the chat: the three tags, as a release has them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as esbuild from 'esbuild';
import { make_files, tags } from '../../tools/release/bundles.mjs';
import { integrity_of } from '../../tools/release/integrity.mjs';
import { tag_br_bytes_max, tag_sizes } from '../../tools/release/tag_sizes.mjs';
import { gateway_missing } from '../rig/gateway.mjs';

const needs_build = { skip: gateway_missing() ?? false, timeout: 120_000 };
// What a version may be called at most, in letters that no compression makes shorter.
const longest_name = 'Zk3-qX9_vB7.mW2tR8yLpH5sN4cJ6dF1gT0aKxQe-VuYiOzPwEbMhCnSjDrGlAfU';

test('each tag is within its bytes, whatever the version is called', needs_build, async () => {
  assert.equal(longest_name.length, 64);
  for (const version of ['0.0.0-twice', longest_name]) {
    const { files } = await make_files(esbuild, version);
    for (const { name, brotli_bytes } of tag_sizes(files))
      assert.ok(brotli_bytes <= tag_br_bytes_max, `${name} of ${version}: ${brotli_bytes} bytes`);
  }
});

test('a tag knows no core: the app has the table of them', needs_build, async () => {
  const { files } = await make_files(esbuild, '1.0.0');
  const cores = [...files].filter(([path]) => /^core.*\.(wasm|js)$/.test(path));
  assert.ok(cores.length >= 4, cores.map(([path]) => path).join());
  const [, app] = [...files].find(([path]) => /^app\.[^.]+\.js$/.test(path));
  for (const [path, bytes] of cores) {
    assert.ok(app.includes(integrity_of(bytes)), `the app has the hash of ${path}`);
    for (const tag of Object.keys(tags))
      assert.ok(!files.get(tag).includes(integrity_of(bytes)), `${tag} has none of ${path}`);
  }
});
