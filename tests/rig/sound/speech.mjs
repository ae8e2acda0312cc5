// Speech for tests, by Debian's espeak-ng: real formants and real pauses, the same bytes every time.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { resample } from './dsp.mjs';
import { parse_wav } from './wav.mjs';

/** Why nothing can be spoken here, or undefined. */
export function speech_missing() {
  try {
    accessSync('/usr/bin/espeak-ng', constants.X_OK);
    return undefined;
  } catch {
    return 'espeak-ng is missing: tools/setup installs it';
  }
}

/**
 * @param {string} text
 * @param {{rate_hz?: number, words_a_minute?: number, voice?: string, level?: number}} options level: the peak, 0 to 1
 * @returns {import('./wav.mjs').Sound}
 */
export function speak(text, { rate_hz = 48_000, words_a_minute = 160, voice = 'en', level = 0.5 } = {}) {
  const bytes = execFileSync(
    'espeak-ng',
    ['--stdout', '-v', voice, '-s', String(words_a_minute), '-p', '45', text],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  const spoken = parse_wav(bytes);
  const samples = resample(spoken.samples, spoken.rate_hz, rate_hz);
  let peak = 0;
  for (const value of samples) peak = Math.max(peak, Math.abs(value));
  for (let i = 0; i < samples.length; i += 1) samples[i] *= level / peak;
  return { rate_hz, samples };
}
