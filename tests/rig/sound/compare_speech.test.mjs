// The comparison of speech knows a clean Opus round trip from the faults that a voice path can have. Its bound comes from ten clean
// round trips, and every fault lies over it.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { bound_of, compare_speech, unlike } from './compare_speech.mjs';
import { joined, resample, silence } from './dsp.mjs';
import { opus_missing, through_opus } from './opus.mjs';
import { speak, speech_missing } from './speech.mjs';

const rate_hz = 48_000;
const sentence = 'Do you have a desk lamp for less than fifty euros? I would like a white one.';
const another = 'We are open from nine to six, and on Saturdays until two in the afternoon.';
const skip = speech_missing() ?? opus_missing() ?? false;

/** Ten ways to speak and to send that are all fine. */
const clean = Array.from({ length: 10 }, (_, i) => ({
  words_a_minute: 140 + 6 * i,
  bitrate_bps: [20_000, 24_000, 32_000][i % 3],
  gain: [0.3, 0.7, 1][i % 3],
  device_hz: [16_000, 44_100, 48_000, 96_000][i % 4],
  lead_s: 0.2 + 0.1237 * i,
}));

const spoken = (text = sentence, words_a_minute = 160) => speak(text, { rate_hz, words_a_minute });

/** Somewhere in a longer recording, quieter, from a device of another rate. */
function recorded(sound, { gain = 0.7, device_hz = 48_000, lead_s = 0.8 } = {}) {
  const samples = joined(silence(lead_s, sound.rate_hz), sound.samples, silence(0.7, sound.rate_hz));
  return {
    rate_hz: device_hz,
    samples: resample(samples, sound.rate_hz, device_hz).map((value) => value * gain),
  };
}

describe('comparison of speech', { skip, timeout: 240_000 }, () => {
  let bound;
  before(() => {
    bound = bound_of(
      clean.map(({ words_a_minute, bitrate_bps, ...recording }) => {
        const sound = spoken(sentence, words_a_minute);
        return compare_speech(sound, recorded(through_opus(sound, { bitrate_bps }), recording));
      }),
    );
    console.log(`bound of ten clean round trips: ${JSON.stringify(bound)}`);
  });

  const verdict = (heard) => unlike(compare_speech(spoken(), recorded(heard)), bound);
  const every_twentieth = (frame) => frame % 20 === 7;

  test('one more clean round trip passes', () => {
    assert.deepEqual(verdict(through_opus(spoken(), { bitrate_bps: 28_000 })), []);
  });

  test('where the sound begins is found to a few milliseconds', () => {
    const { start_ms } = compare_speech(spoken(), recorded(spoken(), { lead_s: 1.5 }));
    assert.ok(Math.abs(start_ms - 1_500) < 2, `${start_ms} ms`);
  });

  const faults = {
    '5 % of the frames lost and concealed': () => through_opus(spoken(), { lost: every_twentieth }),
    '5 % of the frames lost, their time cut out': () =>
      through_opus(spoken(), { lost: every_twentieth, how: 'cut' }),
    'one gap of 100 ms': () => {
      const sound = through_opus(spoken());
      sound.samples.fill(0, rate_hz, 1.1 * rate_hz);
      return sound;
    },
    '60 ms said twice': () => {
      const { samples } = through_opus(spoken());
      const [a, b] = [Math.round(1.2 * rate_hz), Math.round(1.26 * rate_hz)];
      return { rate_hz, samples: joined(samples.subarray(0, b), samples.subarray(a)) };
    },
    '1 % too slow': () => ({
      rate_hz,
      samples: resample(through_opus(spoken()).samples, rate_hz, 1.01 * rate_hz),
    }),
    '1 % too fast': () => ({
      rate_hz,
      samples: resample(through_opus(spoken()).samples, rate_hz, 0.99 * rate_hz),
    }),
    'another sentence': () => through_opus(spoken(another)),
    'the last words missing': () => {
      const sound = through_opus(spoken());
      sound.samples.fill(0, Math.round(0.8 * sound.samples.length));
      return sound;
    },
    'a word more, in a pause': () => {
      const { samples } = through_opus({
        rate_hz,
        samples: joined(spoken().samples, silence(1.5, rate_hz), spoken().samples),
      });
      const word = speak('hello', { rate_hz }).samples;
      samples.set(word.subarray(0, Math.round(0.6 * rate_hz)), spoken().samples.length + 0.4 * rate_hz);
      return { rate_hz, samples };
    },
    silence: () => ({ rate_hz, samples: silence(5, rate_hz) }),
  };
  for (const [name, make] of Object.entries(faults))
    test(`is over the bound: ${name}`, () => {
      const reference =
        name === 'a word more, in a pause'
          ? { rate_hz, samples: joined(spoken().samples, silence(1.5, rate_hz), spoken().samples) }
          : spoken();
      const over = unlike(compare_speech(reference, recorded(make())), bound);
      assert.notDeepEqual(over, []);
    });
});
