// Before a call in plain JavaScript. A browser compiles that while it runs, which takes a second or two, and some that refuse WebAssembly
// compile nothing at all. So it codes for nobody until it is fast enough; where that does not come, calls would only stutter.
import type { Voice } from './module';

/** The codec's own exports (wasm/bindings/codec_face.cpp). */
interface Codec {
  codec_pcm(): number;
  codec_encoder_new(...settings: number[]): number;
  codec_encoder_delete(handle: number): void;
  codec_encode(handle: number, samples: number): number;
  codec_decoder_new(rate_hz: number): number;
  codec_decoder_delete(handle: number): void;
  codec_decode(handle: number, bytes: number): number;
}

const rate_hz = 48_000;
const frame_samples = 960;
const frames_at_once = 10;
const sound_ms = frames_at_once * 20;
/** Against the sound's own time: the call's other work and the page's need room. */
const faster_min = 3;
const patience_ms = 4000;

/** Whether it is fast enough. `voice`: the instance that will make the call, since it is what gets compiled. */
export function warm_up(voice: Voice): boolean {
  const codec = voice as Voice & Codec;
  // As the session's own (wasm/voice/sound/codec.h): bit rate, complexity, error correction, pauses, loss.
  const encoder = codec.codec_encoder_new(rate_hz, 24_000, 5, 1, 1, 5);
  const decoder = codec.codec_decoder_new(rate_hz);
  let phase = 0;
  const code = (): void => {
    const pcm = new Float32Array(codec.memory.buffer, codec.codec_pcm(), frame_samples);
    // Something like a voice: a buzz, up and down.
    for (let i = 0; i < frame_samples; i += 1) {
      phase += (120 + 40 * Math.sin(phase / 50)) / rate_hz;
      pcm[i] = (phase % 1) * 0.4 * Math.sin(phase / 20) + Math.random() * 0.01;
    }
    codec.codec_decode(decoder, codec.codec_encode(encoder, frame_samples));
  };
  const begun_ms = Date.now();
  let fast = false;
  for (let from_ms = begun_ms; !fast && from_ms - begun_ms < patience_ms;) {
    for (let frame = 0; frame < frames_at_once; frame += 1) code();
    const now_ms = Date.now();
    fast = now_ms - from_ms < sound_ms / faster_min;
    from_ms = now_ms;
  }
  codec.codec_encoder_delete(encoder);
  codec.codec_decoder_delete(decoder);
  return fast;
}
