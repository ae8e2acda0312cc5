// The little signal processing that tests need, written plainly and apart from the product's: what is measured must not be
// measured by itself.

/** In place, length a power of two. */
export function fft(re, im) {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i += 1) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  const { cos, sin } = twiddles(n);
  for (let size = 2; size <= n; size <<= 1) {
    const half = size >> 1;
    const step = n / size;
    for (let start = 0; start < n; start += size) {
      for (let k = 0, t = 0; k < half; k += 1, t += step) {
        const a = start + k;
        const b = a + half;
        const x = re[b] * cos[t] - im[b] * sin[t];
        const y = re[b] * sin[t] + im[b] * cos[t];
        re[b] = re[a] - x;
        im[b] = im[a] - y;
        re[a] += x;
        im[a] += y;
      }
    }
  }
}

const known_twiddles = new Map();
function twiddles(n) {
  let known = known_twiddles.get(n);
  if (!known) {
    const cos = new Float64Array(n / 2);
    const sin = new Float64Array(n / 2);
    for (let i = 0; i < n / 2; i += 1) {
      cos[i] = Math.cos((-2 * Math.PI * i) / n);
      sin[i] = Math.sin((-2 * Math.PI * i) / n);
    }
    known_twiddles.set(n, (known = { cos, sin }));
  }
  return known;
}

export const power_of_two_from = (n) => 2 ** Math.ceil(Math.log2(Math.max(2, n)));

const zero_crossings = 24;
const table_steps = 512;
const window_table = (() => {
  // Half of a sinc under a Blackman window, sampled finely.
  const table = new Float64Array(zero_crossings * table_steps + 2);
  for (let i = 0; i < table.length; i += 1) {
    const x = i / table_steps;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    const w = Math.min(1, x / zero_crossings);
    table[i] = sinc * (0.42 + 0.5 * Math.cos(Math.PI * w) + 0.08 * Math.cos(2 * Math.PI * w));
  }
  return table;
})();

/**
 * Samples at `from_hz` as samples at `to_hz`: any ratio, band-limited by a windowed sinc.
 * @param {Float32Array} samples
 */
export function resample(samples, from_hz, to_hz) {
  if (from_hz === to_hz) return samples.slice();
  const ratio = to_hz / from_hz;
  const cutoff = Math.min(1, ratio) * 0.96;
  const half = zero_crossings / cutoff;
  const out = new Float32Array(Math.floor(samples.length * ratio));
  for (let i = 0; i < out.length; i += 1) {
    const at = i / ratio;
    const first = Math.max(0, Math.ceil(at - half));
    const last = Math.min(samples.length - 1, Math.floor(at + half));
    let sum = 0;
    for (let k = first; k <= last; k += 1) {
      const place = Math.abs(at - k) * cutoff * table_steps;
      const whole = place | 0;
      const a = window_table[whole];
      sum += samples[k] * (a + (window_table[whole + 1] - a) * (place - whole));
    }
    out[i] = sum * cutoff;
  }
  return out;
}

export function rms(samples, from = 0, to = samples.length) {
  let sum = 0;
  for (let i = from; i < to; i += 1) sum += samples[i] * samples[i];
  return Math.sqrt(sum / Math.max(1, to - from));
}

export const silence = (seconds, rate_hz) => new Float32Array(Math.round(seconds * rate_hz));

export function joined(...parts) {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
