// A microphone that hears nothing: a file for Chromium's --use-file-for-fake-audio-capture.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { write_wav } from './wav.mjs';

/** Gone when the process ends. */
function silence_file() {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-silence-'));
  const file = join(folder, 'silence.wav');
  write_wav(file, { rate_hz: 48_000, samples: new Float32Array(48_000) });
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return file;
}

/** The flag for Chromium; its own fake microphone beeps, which an agent would hear as speech. */
export const silent_microphone = () => `--use-file-for-fake-audio-capture=${silence_file()}`;
