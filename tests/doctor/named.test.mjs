// Each finding that the doctor can have is named by a test, in which its fault is really there.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkout } from '../../tools/lib/paths.mjs';

const texts = (folder, is_one) =>
  readdirSync(join(checkout, folder), { recursive: true })
    .filter((name) => is_one(name))
    .map((name) => readFileSync(join(checkout, folder, name), 'utf8'));

/** First of what a finding is made of: `tell.finding('id', …)`, `blocked('id', …)`, or a list `['id', …]`. */
const id_form =
  /(?:finding|blocked)\(\s*'([a-z]+(?:-[a-z0-9]+)+)'|\[\s*'([a-z]+(?:-[a-z0-9]+)+)',\s*[`'"]|tell,\s*'([a-z]+-[a-z-]+)'/g;
/** Those that are put together. */
const of_templates = [
  ...[502, 503, 504].map((status) => `upgrade-${status}`),
  ...['connect', 'style', 'img', 'media'].map((kind) => `csp-${kind}-src`),
  ...['udp', 'tcp'].map((transport) => `livekit-${transport}`),
];

test('no finding without a test', () => {
  const sources = texts('tools/doctor', (name) => name.endsWith('.mjs') && name !== 'csp.mjs').join('\n');
  const ids = new Set([
    ...[...sources.matchAll(id_form)].map((found) => found.slice(1).find(Boolean)),
    ...of_templates,
  ]);
  assert.ok(ids.size > 50, `${ids.size} findings were read in the sources`);
  const tests = [
    ...texts('tests/doctor', (name) => name.endsWith('.test.mjs') && name !== 'named.test.mjs'),
    ...texts('tests/acceptance', (name) => name === 'tz_doctor.mjs'),
  ].join('\n');
  assert.deepEqual(
    [...ids].filter((id) => !tests.includes(`'${id}'`)),
    [],
  );
});
