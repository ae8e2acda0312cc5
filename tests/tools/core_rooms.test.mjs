// `npm run check` holds what wasm/core/README.md says of the core's rooms, and the order of the rooms beside the core.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { check_includes, rooms, wrong_doors } from '../../tools/check/includes.mjs';
import { checkout } from '../../tools/lib/paths.mjs';

test('every folder of the core is a room of its README', () => {
  const folders = readdirSync(join(checkout, 'wasm/core'), { withFileTypes: true });
  const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  assert.deepEqual(names.sort(), [...rooms].sort());
});

test('no file goes through a wrong door', () => assert.deepEqual(check_includes(), []));

for (const [file, includes] of [
  ['wasm/core/base/time.h', 'core/vocabulary/limits.h'],
  ['wasm/core/machines/link.h', 'core/drivers/driver.h'],
  ['wasm/core/vocabulary/row.h', 'core/wire/reader.h'],
  ['wasm/core/drivers/driver.h', 'core/widget.h'],
  ['wasm/backends/chatkit/request.cpp', 'core/machines/outbox.h'],
  ['wasm/core/widget.h', 'backends/registry.h'],
  ['wasm/voice/wire/voice_link.h', 'core/vocabulary/events.h'],
  ['wasm/voice/wire/jitter_buffer.h', 'voice/sound/codec.h'],
  ['wasm/voice/sound/codec.h', 'voice/voice_session.h'],
  ['wasm/registry/frames/page_frames.h', 'registry/parts/session.h'],
  ['wasm/registry/parts/session.h', 'registry/registry.h'],
])
  test(`${file} may not name ${includes}`, () => {
    assert.equal(wrong_doors(file, `#pragma once\n#include "${includes}"\n`).length, 1);
  });
