// How alike is what was heard to what was spoken?
//
// A codec changes every sample and nobody hears it, so samples are not compared. Lost time is found by following the speech: for
// every 10 ms of the spoken sound the place in the heard sound is sought where the waveform (200 to 2,200 Hz, where Opus keeps it
// and where a microphone's echo canceller and gain control leave its shape) fits best, along the path that jumps least (Viterbi).
//   a jump back in that path is time that is missing, a jump ahead is time that was put in, its slope is a rate error;
//   a piece that fits nowhere on the path is damaged: concealed, silent, another word.
// What the band does not show, the mean distance of log-mel spectra along the path does, after each band's median difference (a
// gain, a filter) is taken out. Another sentence has no path: almost all of it is damaged.
import { fft, power_of_two_from, resample } from './dsp.mjs';

/**
 * @typedef {object} Likeness
 * @property {number} start_ms       where in the heard sound the spoken one begins
 * @property {number} damaged_share  of the spoken pieces with sound in them, those that were not found where they belong
 * @property {number} missing_ms     time cut out
 * @property {number} inserted_ms    time put in
 * @property {number} rate_error     0.01: the heard sound is 1 % longer than it should be
 * @property {number} extra_ms       sound where the spoken one is silent
 * @property {number} distance_db    mean distance of the log-mel spectra
 */
export const measures = [
  'damaged_share',
  'missing_ms',
  'inserted_ms',
  'rate_error',
  'extra_ms',
  'distance_db',
];

const rate_hz = 8_000;
const hop = 80; // 10 ms
const piece = 240; // 30 ms
const hops_a_second = rate_hz / hop;
const band_hz = [200, 2_200];
const active_db = -32;
const fits_min = 0.6;

// The path: at most ±3 samples a hop are a rate error (1 % is 0.8), anything more is a jump.
const drift_max = 3;
const drift_cost = 0.02;
const jump_cost = 1.5;
const reach_s = 0.35; // how far the path may wander from where the sound begins

/** Only `band_hz`, without moving anything in time. */
function band_passed(samples) {
  const n = power_of_two_from(samples.length);
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  re.set(samples);
  fft(re, im);
  const edge = 60;
  for (let k = 0; k <= n / 2; k += 1) {
    const hz = (k * rate_hz) / n;
    const inside = Math.min(hz - band_hz[0], band_hz[1] - hz) / edge + 1;
    const gain = Math.max(0, Math.min(1, inside)) / n;
    for (const at of k === 0 || k === n / 2 ? [k] : [k, n - k]) {
      re[at] *= gain;
      im[at] *= -gain; // conjugated: a second forward transform is then the inverse
    }
  }
  fft(re, im);
  return Float64Array.from(re.subarray(0, samples.length));
}

const mel_rate_hz = 16_000;
const mel_hop = 160; // 10 ms
const mel_window = 400;
const mel_bands = 22;
const mel_fft = 512;
const mel_floor_db = -55; // under the loudest band: below lies comfort noise

const mel_filters = (() => {
  const mel = (hz) => 2_595 * Math.log10(1 + hz / 700);
  const hz_of = (value) => 700 * (10 ** (value / 2_595) - 1);
  const [low, high] = [mel(120), mel(6_800)];
  const edges = Array.from(
    { length: mel_bands + 2 },
    (_, i) => (hz_of(low + ((high - low) * i) / (mel_bands + 1)) * mel_fft) / mel_rate_hz,
  );
  return Array.from({ length: mel_bands }, (_, band) => {
    const [a, b, c] = edges.slice(band, band + 3);
    const weights = [];
    for (let k = Math.ceil(a); k < c; k += 1)
      weights.push([k, k < b ? (k - a) / (b - a) : (c - k) / (c - b)]);
    return weights;
  });
})();

const hann = Float64Array.from(
  { length: mel_window },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / mel_window),
);

/** Log-mel bands in dB of the 25 ms around a place in seconds. */
function mel_frame(samples, at_s, re, im) {
  re.fill(0);
  im.fill(0);
  const first = Math.round(at_s * mel_rate_hz) - mel_window / 2;
  for (let i = 0; i < mel_window; i += 1) re[i] = (samples[first + i] ?? 0) * hann[i];
  fft(re, im);
  return Float64Array.from(mel_filters, (weights) => {
    let sum = 1e-12;
    for (const [k, weight] of weights) sum += weight * (re[k] ** 2 + im[k] ** 2);
    return 10 * Math.log10(sum);
  });
}

function mel_frames(samples) {
  const re = new Float64Array(mel_fft);
  const im = new Float64Array(mel_fft);
  const count = Math.max(1, Math.floor(samples.length / mel_hop));
  const frames = [];
  for (let i = 0; i < count; i += 1) frames.push(mel_frame(samples, (i * mel_hop) / mel_rate_hz, re, im));
  let top = -Infinity;
  for (const frame of frames) for (const value of frame) top = Math.max(top, value);
  for (const frame of frames)
    for (let b = 0; b < mel_bands; b += 1) frame[b] = Math.max(mel_floor_db, frame[b] - top);
  return frames;
}

/** Where the spoken sound begins in the heard one, in hops of 10 ms: the shift at which the spectra's movements agree most. */
function coarse_start(spoken, heard) {
  // Without each band's mean: what moves counts, not what hums.
  const centred = (frames) => {
    const mean = new Float64Array(mel_bands);
    for (const frame of frames) for (let b = 0; b < mel_bands; b += 1) mean[b] += frame[b] / frames.length;
    return frames.map((frame) => frame.map((value, b) => value - mean[b]));
  };
  const a = centred(spoken);
  const b = centred(heard);
  const slack = Math.round(0.2 * hops_a_second);
  let best = { score: -Infinity, start: 0 };
  for (let start = -slack; start <= Math.max(slack, b.length - a.length + slack); start += 1) {
    let dot = 0;
    let aa = 1e-9;
    let bb = 1e-9;
    for (let i = Math.max(0, -start); i < a.length && i + start < b.length; i += 1)
      for (let k = 0; k < mel_bands; k += 1) {
        dot += a[i][k] * b[i + start][k];
        aa += a[i][k] ** 2;
        bb += b[i + start][k] ** 2;
      }
    // An overlap of a few frames must not win by chance.
    const overlap = Math.min(a.length, b.length - start) - Math.max(0, -start);
    const score = (dot / Math.sqrt(aa * bb)) * Math.sqrt(overlap / a.length);
    if (score > best.score) best = { score, start };
  }
  return best.start;
}

/** How well one piece fits at each lag of ±reach: normalised correlation, 0 to 1. */
function make_fit(heard, reach) {
  const lags = 2 * reach + 1;
  const n = power_of_two_from(lags + piece);
  const squares = new Float64Array(heard.length + 1);
  for (let i = 0; i < heard.length; i += 1) squares[i + 1] = squares[i] + heard[i] ** 2;
  const energy = (from) =>
    squares[Math.max(0, Math.min(heard.length, from + piece))] -
    squares[Math.max(0, Math.min(heard.length, from))];
  const at = (i) => (i >= 0 && i < heard.length ? heard[i] : 0);
  return (spoken, from, centre) => {
    // Two real signals in one complex transform: re is the heard stretch, im the piece.
    const re = new Float64Array(n);
    const im = new Float64Array(n);
    for (let i = 0; i < lags + piece - 1; i += 1) re[i] = at(centre - reach + i);
    let own = 1e-12;
    for (let i = 0; i < piece; i += 1) {
      im[i] = spoken[from + i] ?? 0;
      own += im[i] ** 2;
    }
    fft(re, im);
    const pr = new Float64Array(n);
    const pi = new Float64Array(n);
    for (let k = 0; k < n; k += 1) {
      const m = (n - k) % n;
      const xr = (re[k] + re[m]) / 2;
      const xi = (im[k] - im[m]) / 2;
      const yr = (im[k] + im[m]) / 2;
      const yi = (re[m] - re[k]) / 2;
      // X · conj(Y), conjugated for the way back.
      pr[k] = (xr * yr + xi * yi) / n;
      pi[k] = -(xi * yr - xr * yi) / n;
    }
    fft(pr, pi);
    const fits = new Float32Array(lags);
    for (let l = 0; l < lags; l += 1) {
      const other = energy(centre - reach + l);
      fits[l] = Math.max(0, pr[l] / Math.sqrt(own * Math.max(other, own * 1e-4)));
    }
    return fits;
  };
}

/** The lag of each piece along the best path. */
function best_path(all_fits) {
  const lags = all_fits[0].length;
  let score = Float32Array.from(all_fits[0]);
  const from = [];
  for (const fits of all_fits.slice(1)) {
    let top = 0;
    for (let l = 1; l < lags; l += 1) if (score[l] > score[top]) top = l;
    const next = new Float32Array(lags);
    const back = new Int32Array(lags);
    for (let l = 0; l < lags; l += 1) {
      let best = score[top] - jump_cost;
      let best_from = top;
      for (let d = -drift_max; d <= drift_max; d += 1) {
        const k = l + d;
        if (k < 0 || k >= lags) continue;
        const value = score[k] - drift_cost * Math.abs(d);
        if (value > best) {
          best = value;
          best_from = k;
        }
      }
      next[l] = best + fits[l];
      back[l] = best_from;
    }
    score = next;
    from.push(back);
  }
  let at = 0;
  for (let l = 1; l < lags; l += 1) if (score[l] > score[at]) at = l;
  const path = [at];
  for (const back of from.reverse()) path.push((at = back[at]));
  return path.reverse();
}

/** Least squares over (time, lag) after the jumps are taken out. */
function slope_of(times, lags, jumps_before) {
  const ys = lags.map((lag, i) => lag - jumps_before[i]);
  const mx = times.reduce((a, b) => a + b, 0) / times.length;
  const my = ys.reduce((a, b) => a + b, 0) / ys.length;
  let xy = 0;
  let xx = 1e-9;
  times.forEach((x, i) => {
    xy += (x - mx) * (ys[i] - my);
    xx += (x - mx) ** 2;
  });
  return xy / xx;
}

function levels_of(samples, count) {
  return Array.from({ length: count }, (_, i) => {
    let sum = 1e-12;
    for (let k = i * hop; k < i * hop + piece; k += 1) sum += (samples[k] ?? 0) ** 2;
    return 10 * Math.log10(sum / piece);
  });
}

const top_level = (levels) => levels.reduce((a, b) => Math.max(a, b), -Infinity);
const median_of = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** The spectra's distance along the path, without what a gain or a filter would explain. */
function spectral_distance(spoken, heard, times_s, places_s) {
  const re = new Float64Array(mel_fft);
  const im = new Float64Array(mel_fft);
  const pairs = times_s.map((time, i) => [
    mel_frame(spoken, time, re, im),
    mel_frame(heard, places_s[i], re, im),
  ]);
  const tops = [0, 1].map((side) => pairs.reduce((top, pair) => Math.max(top, ...pair[side]), -Infinity));
  const differences = Array.from({ length: mel_bands }, () => []);
  for (const [a, b] of pairs)
    for (let k = 0; k < mel_bands; k += 1) {
      const [x, y] = [Math.max(mel_floor_db, a[k] - tops[0]), Math.max(mel_floor_db, b[k] - tops[1])];
      if (x > mel_floor_db || y > mel_floor_db) differences[k].push(y - x);
    }
  let sum = 0;
  let count = 0;
  for (const band of differences) {
    const usual = median_of(band);
    for (const value of band) sum += Math.abs(value - usual);
    count += band.length;
  }
  return sum / Math.max(1, count);
}

/**
 * @param {import('./wav.mjs').Sound} spoken  the reference; silence around it is fine
 * @param {import('./wav.mjs').Sound} heard   may be longer and have other sound before and after
 * @returns {Likeness}
 */
export function compare_speech(spoken, heard) {
  const spoken_wide = resample(spoken.samples, spoken.rate_hz, mel_rate_hz);
  const heard_wide = resample(heard.samples, heard.rate_hz, mel_rate_hz);
  const start = coarse_start(mel_frames(spoken_wide), mel_frames(heard_wide)) * hop;

  const a = band_passed(resample(spoken.samples, spoken.rate_hz, rate_hz));
  const b = band_passed(resample(heard.samples, heard.rate_hz, rate_hz));
  const pieces = Math.max(1, Math.floor((a.length - piece) / hop));
  const levels = levels_of(a, pieces);
  const active_from = top_level(levels) + active_db;
  const active = levels.flatMap((level, i) => (level > active_from ? [i] : []));

  const reach = Math.round(reach_s * rate_hz);
  const fit = make_fit(b, reach);
  const all_fits = active.map((i) => fit(a, i * hop, i * hop + start));
  const path = best_path(all_fits);
  const fits = path.map((lag, i) => all_fits[i][lag]);
  const lags = path.map((lag) => lag - reach + start);

  let missing = 0;
  let inserted = 0;
  let jumped = 0;
  const jumps_before = lags.map((lag, i) => {
    if (i === 0) return 0;
    const step = lag - lags[i - 1];
    // Over a pause the rate error of the whole pause is one step.
    if (Math.abs(step) > drift_max * Math.min(6, active[i] - active[i - 1])) {
      jumped += step;
      if (step < 0) missing -= step;
      else inserted += step;
    }
    return jumped;
  });

  // Where the spoken sound is silent for 60 ms around, the heard one should be too.
  const near = 6;
  const quiet = (i) =>
    levels.slice(Math.max(0, i - near), i + near + 1).every((level) => level < active_from - 6);
  const loud_from = top_level(levels_of(b.subarray(Math.max(0, lags[0])), pieces)) - 22;
  let extra = 0;
  for (let i = active[0], k = 0; i < active.at(-1); i += 1) {
    while (k + 1 < active.length && active[k + 1] <= i) k += 1;
    if (!quiet(i)) continue;
    const at = i * hop + lags[k];
    let sum = 1e-12;
    for (let n = at; n < at + piece; n += 1) sum += (b[n] ?? 0) ** 2;
    if (10 * Math.log10(sum / piece) > loud_from) extra += 1;
  }

  const middle_s = (i) => (i * hop + piece / 2) / rate_hz;
  return {
    start_ms: (1_000 * lags[0]) / rate_hz,
    damaged_share: fits.filter((value) => value < fits_min).length / fits.length,
    missing_ms: (1_000 * missing) / rate_hz,
    inserted_ms: (1_000 * inserted) / rate_hz,
    rate_error: slope_of(
      active.map((i) => i * hop),
      lags,
      jumps_before,
    ),
    extra_ms: extra * 10,
    distance_db: spectral_distance(
      spoken_wide,
      heard_wide,
      active.map(middle_s),
      active.map((i, k) => middle_s(i) + lags[k] / rate_hz),
    ),
  };
}

// What a bound adds to the worst clean run, so that the eleventh clean run passes too: half of the worst, and the grain of the
// measure.
const grain = {
  damaged_share: 0.005,
  missing_ms: 5,
  inserted_ms: 5,
  rate_error: 0.0005,
  extra_ms: 30,
  distance_db: 0.3,
};

/** The bound of each measure, from clean runs. @param {Likeness[]} runs */
export const bound_of = (runs) =>
  Object.fromEntries(
    measures.map((name) => [
      name,
      Number((1.5 * Math.max(...runs.map((run) => Math.abs(run[name]))) + grain[name]).toPrecision(3)),
    ]),
  );

/** What lies over the bound; empty when the two are alike. @returns {string[]} */
export const unlike = (likeness, bound) =>
  measures
    .filter((name) => !(Math.abs(likeness[name]) <= bound[name]))
    .map((name) => `${name} ${Number(likeness[name]).toPrecision(3)} over ${bound[name]}`);
