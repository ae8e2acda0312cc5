// Sound through Opus and back, by the codec that pages and gateway use, with frames lost on the way: clean runs and faults for the
// tests of the comparison.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CodecModule } from '../../../tools/gateway/voice/codec_module.mjs';
import { resample } from './dsp.mjs';

const module_file = fileURLToPath(new URL('../../../dist/dev/voice.wasm', import.meta.url));
const rate_hz = 48_000;
const frame_samples = 960;

/** Why there is no codec here, or undefined. */
export const opus_missing = () =>
  existsSync(module_file) ? undefined : 'voice.wasm is not built: npm run build';

let compiled;
const load_codec = () => {
  compiled ??= new WebAssembly.Module(readFileSync(module_file));
  return new CodecModule(compiled);
};

/**
 * @param {import('./wav.mjs').Sound} sound
 * @param {{bitrate_bps?: number, lost?: (frame: number) => boolean, how?: 'concealed'|'cut'}} options
 *   how: what becomes of a lost frame: the decoder makes something up, or its time is missing
 * @returns {import('./wav.mjs').Sound}
 */
export function through_opus(sound, { bitrate_bps = 24_000, lost = () => false, how = 'concealed' } = {}) {
  const codec = load_codec();
  const encoder = codec.encoder({ bitrateBps: bitrate_bps, complexity: 5 });
  const decoder = codec.decoder(rate_hz);
  const samples = resample(sound.samples, sound.rate_hz, rate_hz);
  const frames = [];
  for (let at = 0; at + frame_samples <= samples.length; at += frame_samples) {
    const packet = encoder.encode(samples.subarray(at, at + frame_samples)).slice();
    if (!lost(frames.length)) frames.push(decoder.decode(packet).slice());
    else frames.push(how === 'cut' ? new Float32Array(0) : decoder.conceal().slice());
  }
  const out = new Float32Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    out.set(frame, at);
    at += frame.length;
  }
  return { rate_hz, samples: out };
}
