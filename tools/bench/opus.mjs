// Opus in times real time: how many seconds of speech one second of one core encodes or decodes. See opus/sound.mjs for what is encoded
// and opus/contenders.mjs for the settings.
//
// The contenders take turns every second of speech, each round in another order, so that whatever else the machine does meets all of
// them alike; a figure is the median of the rounds. They decode what they encoded at complexity 5. Chromium's codec works in a thread of
// its own and hands every packet over to the page, as it must there; the others are called directly.
import { build_preset } from '../lib/cmake.mjs';
import {
  chromium_webcodecs,
  evan_opus,
  libopus_wasm,
  native,
  opusscript,
  shopbell,
} from './opus/contenders.mjs';
import { frame_samples, rate_hz, speech } from './opus/sound.mjs';
import { median } from '../lib/samples.mjs';

export const description = 'Opus encoder and decoder, times real time';

const rounds = 5;
const turn_frames = 50;

/** @returns {Promise<Map<string, number>>} × real time of one round */
async function run_round(contenders, frames, work, round) {
  const ms = new Map(Object.keys(contenders).map((name) => [name, 0]));
  const names = Object.keys(contenders);
  for (let from = 0, turn = 0; from < frames; from += turn_frames, turn += 1) {
    for (let i = 0; i < names.length; i += 1) {
      const name = names[(i + turn + round) % names.length];
      ms.set(name, ms.get(name) + (await work(contenders[name], from, Math.min(from + turn_frames, frames))));
    }
  }
  return new Map([...ms].map(([name, spent_ms]) => [name, (frames * 20) / spent_ms]));
}

async function measure(contenders, frames, progress) {
  const result = Object.fromEntries(Object.keys(contenders).map((name) => [name, {}]));
  const keep = (measure_name, values) => {
    for (const name of Object.keys(contenders))
      result[name][measure_name] = Number(median(values.map((round) => round.get(name))).toFixed(2));
  };
  const bytes = Object.fromEntries(Object.keys(contenders).map((name) => [name, 0]));
  for (const complexity of [10, 5]) {
    const values = [];
    for (let round = -1; round < rounds; round += 1) {
      for (const one of Object.values(contenders)) await one.open(complexity);
      for (const name of Object.keys(bytes)) bytes[name] = 0;
      const speeds = await run_round(
        contenders,
        frames,
        async (one, from, to) => {
          const encoded = await one.encode(from, to);
          const name = Object.keys(contenders).find((key) => contenders[key] === one);
          bytes[name] += encoded.bytes;
          return encoded.ms;
        },
        round + 1,
      );
      if (round >= 0) values.push(speeds); // the round before lets the engines optimise
      progress(`encode at complexity ${complexity}: round ${round + 1} of ${rounds}`);
    }
    keep(`encode_c${complexity}`, values);
  }
  const values = [];
  for (let round = -1; round < rounds; round += 1) {
    const speeds = await run_round(
      contenders,
      frames,
      async (one, from, to) => (await one.decode(from, to)).ms,
      round + 1,
    );
    if (round >= 0) values.push(speeds);
    progress(`decode: round ${round + 1} of ${rounds}`);
  }
  keep('decode', values);
  for (const name of Object.keys(contenders))
    result[name].bits_a_second = Math.round((bytes[name] * 8) / (frames * 0.02));
  return result;
}

export async function run({ progress }) {
  await build_preset('native', { targets: ['opus_bench_sse4', 'opus_bench_avx2'] });
  const sound = speech();
  progress(`${(sound.length / rate_hz).toFixed(1)} s of speech`);
  const contenders = {
    shopbell: shopbell(sound),
    native_avx2: native(sound, 'avx2'),
    native_sse: native(sound, 'sse4'),
    'libopus-wasm': await libopus_wasm(sound),
    opusscript: opusscript(sound),
    '@evan/opus': evan_opus(sound),
    chromium_webcodecs: await chromium_webcodecs(sound),
  };
  try {
    return await measure(contenders, sound.length / frame_samples, progress);
  } finally {
    for (const one of Object.values(contenders)) await one.close();
  }
}
