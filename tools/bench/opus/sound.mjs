// What all contenders encode: sentences by espeak-ng in four voices, with pauses and the faint noise of a quiet room, which fills the
// band that espeak-ng's 22.05 kHz leave empty.
import { speak, speech_missing } from '../../../tests/rig/sound/speech.mjs';

export const rate_hz = 48_000;
export const frame_samples = 960;

const spoken = [
  [
    'en',
    'Hello, I am looking for a bicycle for my daughter. She is nine years old and about one metre forty.',
  ],
  [
    'en+f3',
    'We have three that would fit. The red one has eight gears and lights, and costs two hundred and forty.',
  ],
  ['en+m3', 'Could I trade in the old one? It is a twenty inch bike with a small scratch on the frame.'],
  ['en+f2', 'Certainly. Bring it by on Saturday, and we will give you up to sixty euros for it.'],
];
const pause_s = 0.3;
const noise_level = 0.002;

/** @returns {Float32Array} whole frames */
export function speech() {
  const missing = speech_missing();
  if (missing) throw new Error(missing);
  const pause = new Float32Array(rate_hz * pause_s);
  const parts = spoken.flatMap(([voice, text]) => [speak(text, { rate_hz, voice }).samples, pause]);
  const samples = parts.reduce((sum, part) => sum + part.length, 0);
  const sound = new Float32Array(Math.floor(samples / frame_samples) * frame_samples);
  let at = 0;
  for (const part of parts) {
    sound.set(part.subarray(0, Math.max(0, sound.length - at)), Math.min(at, sound.length));
    at += part.length;
  }
  let state = 1;
  return sound.map((value) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return value + (state / 2 ** 31 - 1) * noise_level;
  });
}
