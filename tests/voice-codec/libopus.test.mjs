// libopus's own test programs, compiled to WebAssembly with SIMD. Here without their random part, which takes some minutes:
//   SHOPBELL_OPUS_TESTS=whole npm test -- voice-codec
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { build_folder } from '../../tools/lib/paths.mjs';

const whole = process.env.SHOPBELL_OPUS_TESTS === 'whole';

for (const name of ['api', 'padding', 'extensions', 'projection', 'decode', 'encode']) {
  test(`test_opus_${name} passes`, () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(build_folder, 'wasm', `test_opus_${name}.cjs`)],
      {
        env: { ...process.env, SEED: '1', ...(!whole && { TEST_OPUS_NOFUZZ: '1' }) },
        encoding: 'utf8',
        maxBuffer: 1 << 26,
        timeout: whole ? 1_500_000 : 400_000,
      },
    );
    assert.equal(status, 0, `${stdout.slice(-2_000)}\n${stderr.slice(-2_000)}`);
  });
}
