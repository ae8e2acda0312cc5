// Sound that is to a codec what speech is: voiced and unvoiced stretches of changing pitch and formants, pauses, a little noise.
// Made from a seed, so that every run has the same.

/** Numerical Recipes' generator: enough for noise. */
function noise_of(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** A two-pole filter at a formant; frequencies above the band stay silent. */
function resonator(rate_hz) {
  let y1 = 0;
  let y2 = 0;
  return (input, frequency_hz, width_hz) => {
    if (frequency_hz > rate_hz * 0.45) return 0;
    const radius = Math.exp((-Math.PI * width_hz) / rate_hz);
    const y =
      (1 - radius) * input +
      2 * radius * Math.cos((2 * Math.PI * frequency_hz) / rate_hz) * y1 -
      radius * radius * y2;
    y2 = y1;
    y1 = y;
    return y;
  };
}

const vowels_hz = [
  [730, 1090, 2440],
  [270, 2290, 3010],
  [300, 870, 2240],
  [530, 1840, 2480],
  [570, 840, 2410],
];

/** @returns {Float32Array} about three syllables a second; every ninth is a pause of half a second */
export function speech_like(rate_hz, seconds, seed = 1) {
  const noise = noise_of(seed);
  const formants = vowels_hz[0].map(() => resonator(rate_hz));
  const hiss = resonator(rate_hz);
  const out = new Float32Array(Math.round(rate_hz * seconds));
  let phase = 0;
  for (let i = 0, syllable = 0; i < out.length; syllable += 1) {
    const pause = syllable % 9 === 8;
    const length = Math.round(rate_hz * (pause ? 0.5 : 0.24 + 0.1 * noise()));
    const vowel_hz = vowels_hz[(syllable * 7 + seed) % vowels_hz.length];
    const pitch_hz = 130 + 60 * noise();
    for (let k = 0; k < length && i < out.length; k += 1, i += 1) {
      const at = k / length;
      const voiced = !pause && at > 0.3;
      phase += (pitch_hz * (1.1 - 0.2 * at)) / rate_hz;
      const pulse = phase >= 1 ? 1 : 0;
      phase -= pulse;
      const source = voiced ? pulse * 18 + noise() * 0.05 : 0;
      let sample = noise() * 0.0005;
      formants.forEach((formant, f) => (sample += formant(source, vowel_hz[f], 70 + 40 * f) / (1 + f)));
      const rustle = pause || voiced ? 0 : noise() * Math.sin((Math.PI * at) / 0.3);
      sample += hiss(rustle, 4800, 1500) * 0.5;
      out[i] = Math.max(-1, Math.min(1, sample));
    }
  }
  return out;
}
