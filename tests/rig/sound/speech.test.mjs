// The speech that tests use is speech, at the rate that was asked for, and survives its way to disk.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compare_speech } from './compare_speech.mjs';
import { rms } from './dsp.mjs';
import { speak, speech_missing } from './speech.mjs';
import { read_wav, write_wav } from './wav.mjs';

const skip = speech_missing() ?? false;
const text = 'A white desk lamp, please.';

test('a sentence takes as long at every rate, and its file says the same', { skip }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-speech-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const reference = speak(text, { rate_hz: 48_000 });
  const seconds = reference.samples.length / 48_000;
  assert.ok(seconds > 1 && seconds < 4, `${seconds} s`);
  for (const rate_hz of [16_000, 44_100, 96_000]) {
    const sound = speak(text, { rate_hz });
    assert.ok(Math.abs(sound.samples.length / rate_hz - seconds) < 0.001, `length at ${rate_hz} Hz`);
    const file = join(folder, `${rate_hz}.wav`);
    write_wav(file, sound);
    const read = read_wav(file);
    assert.equal(read.rate_hz, rate_hz);
    assert.ok(rms(read.samples) > 0.02, 'there is sound');
    const { damaged_share, missing_ms, inserted_ms } = compare_speech(reference, read);
    assert.deepEqual([damaged_share, missing_ms, inserted_ms], [0, 0, 0], `${rate_hz} Hz`);
  }
});
