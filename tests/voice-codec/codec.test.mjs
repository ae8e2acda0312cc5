// Encoder, decoder and resampler in node, through the module's own exports.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dist_folder } from '../../tools/lib/paths.mjs';
import { open_codec } from './job.mjs';
import { energy, likeness } from './sound.mjs';
import { speech_like } from './speech_like.mjs';

const pcm = speech_like(48_000, 10);

function encode_all(codec, encoder, sound) {
  const packets = [];
  for (let at = 0; at + 960 <= sound.length; at += 960) {
    codec.pcm(960).set(sound.subarray(at, at + 960));
    packets.push(codec.packet(codec.exports.codec_encode(encoder, 960)).slice());
  }
  return packets;
}

/** Every tenth packet is lost and mended in the way given. */
function decode_with_loss(codec, packets, mend) {
  const { exports } = codec;
  const decoder = exports.codec_decoder_new(48_000);
  const mended = [];
  for (const [i, packet] of packets.entries()) {
    if (i % 10 === 9) continue;
    const mends = i > 0 && i % 10 === 0;
    codec.packet(packet.length).set(packet);
    if (mends && mend === 'fec') exports.codec_decode_fec(decoder, packet.length, 960);
    if (mends && mend === 'conceal') exports.codec_conceal(decoder, 960);
    if (mends) mended.push({ frame: i - 1, sound: codec.pcm(960).slice() });
    codec.packet(packet.length).set(packet);
    exports.codec_decode(decoder, packet.length);
  }
  exports.codec_decoder_delete(decoder);
  return mended;
}

for (const name of ['voice', 'voice-plain']) {
  test(`${name}: has no imports`, () => {
    const module = new WebAssembly.Module(readFileSync(join(dist_folder, `${name}.wasm`)));
    assert.deepEqual(WebAssembly.Module.imports(module), []);
  });

  test(`${name}: speech comes back as speech, at the bitrate asked for, without taking memory`, () => {
    const codec = open_codec(name);
    const { exports } = codec;
    const encoder = exports.codec_encoder_new(48_000, 32_000, 5, 1, 0, 5);
    const decoder = exports.codec_decoder_new(48_000);
    const memory = exports.memory.buffer;
    const packets = encode_all(codec, encoder, pcm);
    const heard = new Float32Array(pcm.length);
    for (const [i, packet] of packets.entries()) {
      codec.packet(packet.length).set(packet);
      assert.equal(exports.codec_decode(decoder, packet.length), 960);
      heard.set(codec.pcm(960), i * 960);
    }
    const bits_a_second =
      (packets.reduce((sum, packet) => sum + packet.length, 0) * 8) / (packets.length * 0.02);
    assert.ok(bits_a_second > 22_000 && bits_a_second < 36_000, `${bits_a_second} bit/s`);
    const lag = exports.codec_encoder_lookahead(encoder);
    assert.ok(likeness(heard.subarray(lag), pcm) > 0.8, 'the wave itself is kept');
    assert.ok(Math.abs(energy(heard) / energy(pcm) - 1) < 0.2);
    assert.equal(exports.memory.buffer, memory, 'the memory has not grown');
  });

  test(`${name}: in silence most packets need not be sent`, () => {
    const codec = open_codec(name);
    const quiet = new Float32Array(48_000 * 4);
    const encoder = codec.exports.codec_encoder_new(48_000, 24_000, 5, 1, 1, 5);
    const packets = encode_all(codec, encoder, quiet).slice(50);
    const needless = packets.filter((packet) => packet.length <= 2).length;
    assert.ok(needless > packets.length * 0.85, `${needless} of ${packets.length}`);
    assert.equal(codec.exports.codec_encoder_dtx(encoder), 1);
  });

  test(`${name}: a lost packet is mended better from its successor than by concealment`, () => {
    const codec = open_codec(name);
    const { exports } = codec;
    const encoder = exports.codec_encoder_new(48_000, 32_000, 5, 1, 0, 20);
    const packets = encode_all(codec, encoder, pcm);
    const whole = exports.codec_decoder_new(48_000);
    const right = packets.map((packet) => {
      codec.packet(packet.length).set(packet);
      exports.codec_decode(whole, packet.length);
      return codec.pcm(960).slice();
    });
    const mean_likeness = (mend) => {
      const mended = decode_with_loss(codec, packets, mend);
      return mended.reduce((sum, { frame, sound }) => sum + likeness(sound, right[frame]), 0) / mended.length;
    };
    const mended = mean_likeness('fec');
    const concealed = mean_likeness('conceal');
    assert.ok(mended > concealed + 0.1, `${mended} from the successor, ${concealed} concealed`);
  });

  test(`${name}: a tone keeps its pitch over every device rate`, () => {
    const codec = open_codec(name);
    const { exports } = codec;
    for (const rate_hz of [8_000, 16_000, 44_100, 48_000, 96_000]) {
      for (const [from_hz, to_hz] of [
        [rate_hz, 48_000],
        [48_000, rate_hz],
      ]) {
        const resampler = exports.codec_resampler_new(from_hz, to_hz);
        const out = [];
        const chunk = Math.round(from_hz / 100);
        for (let at = 0; at < from_hz; at += chunk) {
          const view = codec.pcm(chunk);
          for (let i = 0; i < chunk; i += 1)
            view[i] = 0.5 * Math.sin((2 * Math.PI * 1000 * (at + i)) / from_hz);
          out.push(...codec.pcm_out(exports.codec_resample(resampler, chunk)));
        }
        assert.ok(
          Math.abs(out.length - to_hz) <= 1,
          `${from_hz} to ${to_hz}: ${out.length} samples a second`,
        );
        const settled = out.slice(to_hz / 10);
        const rises = settled.filter((value, i) => i > 0 && settled[i - 1] < 0 && value >= 0).length;
        assert.ok(Math.abs(rises - 900) <= 1, `${from_hz} to ${to_hz}: ${rises} periods in 0.9 s`);
        const peak = Math.max(...settled);
        assert.ok(Math.abs(peak - 0.5) < 0.02, `${from_hz} to ${to_hz}: peak ${peak}`);
        exports.codec_resampler_delete(resampler);
      }
    }
  });

  test(`${name}: whatever bytes come, the decoder goes on`, () => {
    const codec = open_codec(name);
    const { exports } = codec;
    const decoder = exports.codec_decoder_new(48_000);
    const encoder = exports.codec_encoder_new(48_000, 32_000, 5, 1, 0, 5);
    const good = encode_all(codec, encoder, pcm.subarray(0, 96_000));
    let state = 1;
    const random = (below) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let i = 0; i < 3_000; i += 1) {
      const bytes =
        i % 3 === 0
          ? Uint8Array.from({ length: random(300) }, () => random(256))
          : good[i % good.length].slice();
      if (i % 3 === 1) bytes[random(bytes.length)] ^= 1 << random(8);
      const length = i % 3 === 2 ? random(bytes.length) : bytes.length;
      codec.packet(bytes.length).set(bytes);
      const samples =
        i % 2 === 0 ? exports.codec_decode(decoder, length) : exports.codec_decode_fec(decoder, length, 960);
      assert.ok(samples <= 5_760);
      assert.ok(codec.pcm(samples).every(Number.isFinite));
    }
    const packet = good[10];
    codec.packet(packet.length).set(packet);
    assert.equal(exports.codec_decode(decoder, packet.length), 960);
  });

  test(`${name}: handles at the limit and past it, and what is out of range`, () => {
    const { exports } = open_codec(name);
    const handles = Array.from({ length: 64 }, () => exports.codec_decoder_new(48_000));
    assert.deepEqual(
      handles,
      Array.from({ length: 64 }, (_, i) => i + 1),
    );
    assert.equal(exports.codec_decoder_new(48_000), 0);
    exports.codec_decoder_delete(7);
    assert.equal(exports.codec_decoder_new(48_000), 7);
    assert.equal(exports.codec_encoder_new(44_100, 24_000, 5, 1, 1, 5), 0, 'Opus has no 44.1 kHz');
    assert.equal(exports.codec_encoder_new(48_000, 24_000, 11, 1, 1, 5), 0);
    assert.equal(exports.codec_resampler_new(1_000, 48_000), 0);
    for (const handle of [0, 1, 65, -1]) {
      assert.equal(exports.codec_encode(handle, 960), 0);
      assert.equal(exports.codec_resample(handle, 960), 0);
    }
    const encoder = exports.codec_encoder_new(48_000, 24_000, 5, 1, 1, 5);
    for (const samples of [0, 480, 961, 6_001, 2 ** 31])
      assert.equal(exports.codec_encode(encoder, samples), 0);
    assert.equal(exports.codec_decode(handles[0], 1_276), 0);
    assert.equal(exports.codec_decode(handles[0], 0), 0);
    assert.equal(exports.codec_conceal(handles[0], 961), 0);
  });
}
