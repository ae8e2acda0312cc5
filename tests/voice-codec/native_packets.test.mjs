// The plain build's packets are, byte for byte, those of a native plain-C build of the same sources, and so is what the decoder makes of
// them, sample for sample.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { build_folder } from '../../tools/lib/paths.mjs';
import { open_codec, run_job } from './job.mjs';
import { speech_like } from './speech_like.mjs';

const frames_each = 480;
const native_program = join(build_folder, 'native', 'voice_codec');

/** Settings change in mid-stream, as they do when the link changes. */
function job_of(start) {
  return [
    `start ${start}`,
    `frames ${frames_each / 4}`,
    'set bitrate_bps 12000',
    `frames ${frames_each / 4}`,
    'set bitrate_bps 48000',
    'set loss_percent 25',
    `frames ${frames_each / 4}`,
    'set complexity 8',
    'set bitrate_bps 24000',
    `frames ${frames_each / 4}`,
  ].join('\n');
}

// rate_hz bitrate_bps complexity fec dtx loss_percent lose_every
const starts = [8_000, 12_000, 16_000, 24_000, 48_000].flatMap((rate_hz) => [
  `${rate_hz} 24000 5 1 1 5 0`,
  `${rate_hz} 32000 10 1 0 10 10`,
  `${rate_hz} 16000 0 0 1 0 7`,
  `${rate_hz} 64000 2 1 1 20 5`,
]);

function run_natively(job, pcm) {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-codec-'));
  try {
    const file = (name) => join(folder, name);
    writeFileSync(file('job'), job);
    writeFileSync(file('pcm'), new Uint8Array(pcm.buffer));
    const { status, stderr } = spawnSync(native_program, ['job', 'pcm', 'packets', 'decoded'].map(file));
    assert.equal(status, 0, `the native program ended with ${status}: ${stderr}`);
    return { packets: readFileSync(file('packets')), decoded: readFileSync(file('decoded')) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const with_lengths = (packets) =>
  Buffer.concat(packets.flatMap((packet) => [Buffer.of(packet.length & 255, packet.length >> 8), packet]));
const as_bytes = (sounds) =>
  Buffer.concat(sounds.map((sound) => Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength)));

test('enough is compared', () => assert.ok(starts.length * frames_each >= 9_000));

for (const [i, start] of starts.entries()) {
  test(`packets and sound equal the native ones: ${start}`, () => {
    const pcm = speech_like(Number(start.split(' ')[0]), frames_each * 0.02, i + 1);
    const job = job_of(start);
    const ours = run_job(open_codec('voice-plain'), job, pcm);
    const theirs = run_natively(job, pcm);
    assert.equal(ours.packets.length, frames_each);
    assert.ok(with_lengths(ours.packets).equals(theirs.packets), 'packets differ');
    assert.ok(as_bytes(ours.decoded).equals(theirs.decoded), 'decoded sound differs');
  });
}
