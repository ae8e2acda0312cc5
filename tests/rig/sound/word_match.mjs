// Which of some sentences was spoken? A real acoustic comparison, as recognisers did it before they learned: mel-frequency cepstra of both
// sounds, warped onto one another in time (dynamic time warping). Channel and gain fall out with the mean over the sound. It knows nothing
// but the sound it is given, and says "none" when no sentence is near enough.
import { fft, resample } from './dsp.mjs';

const rate_hz = 16_000;
const hop = 160; // 10 ms
const window_samples = 400;
const fft_size = 512;
const bands = 26;
const cepstra = 13;
const band_hz = [120, 6_000]; // above that a codec in its narrower modes keeps nothing
const loud_db = 38; // below the loudest frame by this much is silence
const above_room_db = 6;
// Measured in tests/speech/recogniser.test.mjs: the same sentence after codec, noise and another rate is below, other sentences and
// noise are above.
const distance_max = 0.72;
const lead_min = 0.04; // the second best must be this much farther, or the sound fits anything

const mel_filters = (() => {
  const mel = (hz) => 2_595 * Math.log10(1 + hz / 700);
  const hz_of = (value) => 700 * (10 ** (value / 2_595) - 1);
  const [low, high] = band_hz.map(mel);
  const edges = Array.from(
    { length: bands + 2 },
    (_, i) => (hz_of(low + ((high - low) * i) / (bands + 1)) * fft_size) / rate_hz,
  );
  return Array.from({ length: bands }, (_, band) => {
    const [a, b, c] = edges.slice(band, band + 3);
    const weights = [];
    for (let k = Math.ceil(a); k < c; k += 1)
      weights.push([k, k < b ? (k - a) / (b - a) : (c - k) / (c - b)]);
    return weights;
  });
})();

const hamming = Float64Array.from(
  { length: window_samples },
  (_, i) => 0.54 - 0.46 * Math.cos((2 * Math.PI * i) / (window_samples - 1)),
);

/** Log energies of the mel bands, 100 frames a second, and each frame's level in dB. */
function log_mel(samples) {
  const re = new Float64Array(fft_size);
  const im = new Float64Array(fft_size);
  const frames = [];
  for (let at = 0; at + window_samples <= samples.length; at += hop) {
    re.fill(0);
    im.fill(0);
    let sum = 1e-10;
    for (let i = 0; i < window_samples; i += 1) {
      const sample = samples[at + i] - 0.97 * (samples[at + i - 1] ?? 0);
      re[i] = sample * hamming[i];
      sum += samples[at + i] ** 2;
    }
    fft(re, im);
    const mel = Float64Array.from(mel_filters, (weights) => {
      let energy = 0;
      for (const [k, weight] of weights) energy += weight * (re[k] ** 2 + im[k] ** 2);
      return energy;
    });
    frames.push({ mel, level_db: 10 * Math.log10(sum / window_samples) });
  }
  return frames;
}

/**
 * What is compared of a sound: cepstra and how they change, from its first to its last loud frame, each with mean 0 and spread 1.
 * @param {import('./wav.mjs').Sound} sound
 * @returns {Float64Array[]} empty when there is no sound
 */
export function features_of(sound) {
  const frames = log_mel(resample(sound.samples, sound.rate_hz, rate_hz));
  const top = frames.reduce((best, { level_db }) => Math.max(best, level_db), -Infinity);
  const floor_db = frames.map(({ level_db }) => level_db).sort((a, b) => a - b)[frames.length >> 3];
  const loud = ({ level_db }) =>
    level_db > Math.max(top - loud_db, Math.min(floor_db + above_room_db, top - 12), -60);
  const first = frames.findIndex(loud);
  if (first < 0) return [];
  const spoken = frames.slice(first, frames.findLastIndex(loud) + 1);
  // A floor under every band: what lies far below the speech is the room's noise, or the codec's.
  const floor = spoken.reduce((best, { mel }) => Math.max(best, ...mel), 0) * 1e-5 + 1e-9;
  const cepstrum = spoken.map(({ mel }) => {
    const logs = Array.from(mel, (energy) => Math.log(energy + floor));
    return Float64Array.from({ length: cepstra }, (_, n) =>
      logs.reduce((sum, value, k) => sum + value * Math.cos((Math.PI * n * (k + 0.5)) / bands), 0),
    );
  });
  const around = (i) => cepstrum[Math.max(0, Math.min(cepstrum.length - 1, i))];
  const with_change = cepstrum.map((frame, i) =>
    Float64Array.from([...frame, ...frame.map((_, n) => around(i + 2)[n] - around(i - 2)[n])]),
  );
  return normalised(with_change);
}

function normalised(frames) {
  const size = frames[0].length;
  for (let n = 0; n < size; n += 1) {
    const mean = frames.reduce((sum, frame) => sum + frame[n], 0) / frames.length;
    const spread = Math.sqrt(frames.reduce((sum, frame) => sum + (frame[n] - mean) ** 2, 0) / frames.length);
    for (const frame of frames) frame[n] = (frame[n] - mean) / (spread + 1e-3);
  }
  return frames;
}

/** The mean distance of two sounds' features along the best warp: 0 the same, about 1.2 nothing in common. */
export function distance_of(a, b) {
  // Nobody says the same sentence in half or twice the time.
  if (a.length === 0 || b.length === 0 || a.length > 1.8 * b.length || b.length > 1.8 * a.length)
    return Infinity;
  const size = a[0].length;
  const width = Math.max(12, Math.abs(a.length - b.length) + 0.15 * Math.max(a.length, b.length));
  let before = new Float64Array(b.length).fill(Infinity);
  let row = new Float64Array(b.length);
  for (let i = 0; i < a.length; i += 1) {
    row.fill(Infinity);
    const middle = (i * b.length) / a.length;
    const last = Math.min(b.length - 1, Math.ceil(middle + width));
    for (let j = Math.max(0, Math.floor(middle - width)); j <= last; j += 1) {
      let sum = 0;
      for (let n = 0; n < size; n += 1) sum += (a[i][n] - b[j][n]) ** 2;
      const cost = Math.sqrt(sum / size);
      // A diagonal step covers a frame of each and so costs twice.
      const best =
        i === 0 && j === 0
          ? 0
          : Math.min(
              before[j] + cost,
              j > 0 ? row[j - 1] + cost : Infinity,
              j > 0 ? before[j - 1] + 2 * cost : Infinity,
            );
      row[j] = i === 0 && j === 0 ? 2 * cost : best;
    }
    [before, row] = [row, before];
  }
  return before[b.length - 1] / (a.length + b.length);
}

/**
 * @param {Float64Array[]} heard features
 * @param {{text: string, features: Float64Array[]}[]} candidates
 * @returns {{text: string, distance: number, second: number}} text is empty when none is near enough
 */
export function best_match(heard, candidates) {
  const ranked = candidates
    .map(({ text, features }) => ({ text, distance: distance_of(heard, features) }))
    .sort((a, b) => a.distance - b.distance);
  const [best, next] = ranked;
  const second = next?.distance ?? Infinity;
  const near = best !== undefined && best.distance < distance_max && second - best.distance > lead_min;
  return { text: near ? best.text : '', distance: best?.distance ?? Infinity, second };
}
