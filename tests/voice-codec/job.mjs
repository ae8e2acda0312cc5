// A codec job: text that native.cpp and this file carry out alike. Words:
//   start RATE_HZ BITRATE_BPS COMPLEXITY FEC DTX LOSS_PERCENT LOSE_EVERY   a new encoder and decoder
//   set bitrate_bps|complexity|loss_percent VALUE
//   frames N      encodes the next N frames of 20 ms; every LOSE_EVERY-th packet is lost to the decoder, which mends it from the next
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dist_folder } from '../../tools/lib/paths.mjs';

const setting_numbers = { bitrate_bps: 1, complexity: 2, loss_percent: 5 };

/** The exports of a voice module; it has no imports. @param {'voice' | 'voice-plain'} name */
export function open_codec(name) {
  const module = new WebAssembly.Module(readFileSync(join(dist_folder, `${name}.wasm`)));
  const { exports } = new WebAssembly.Instance(module, {});
  exports._initialize();
  return {
    exports,
    /** Views of the fixed buffers, made anew because memory may have grown. */
    pcm: (samples) => new Float32Array(exports.memory.buffer, exports.codec_pcm(), samples),
    pcm_out: (samples) => new Float32Array(exports.memory.buffer, exports.codec_pcm_out(), samples),
    packet: (bytes) => new Uint8Array(exports.memory.buffer, exports.codec_packet(), bytes),
  };
}

/** @returns {{packets: Uint8Array[], decoded: Float32Array[]}} */
export function run_job(codec, job, pcm) {
  const { exports } = codec;
  const packets = [];
  const decoded = [];
  let at = 0;
  let encoder = 0;
  let decoder = 0;
  let samples = 0;
  let lose_every = 0;
  let frames = 0;
  let lost = false;
  const close = () => {
    exports.codec_encoder_delete(encoder);
    exports.codec_decoder_delete(decoder);
  };
  const one_frame = () => {
    codec.pcm(samples).set(pcm.subarray(at, at + samples));
    at += samples;
    const packet = codec.packet(exports.codec_encode(encoder, samples)).slice();
    if (packet.length === 0) throw new Error(`frame ${packets.length} was not encoded`);
    packets.push(packet);
    frames += 1;
    if (lose_every !== 0 && frames % lose_every === 0) {
      lost = true;
      return;
    }
    if (lost) decoded.push(codec.pcm(exports.codec_decode_fec(decoder, packet.length, samples)).slice());
    lost = false;
    decoded.push(codec.pcm(exports.codec_decode(decoder, packet.length)).slice());
  };
  for (const line of job.trim().split('\n')) {
    const [word, ...values] = line.split(' ');
    const numbers = values.map(Number);
    if (word === 'start') {
      close();
      encoder = exports.codec_encoder_new(...numbers.slice(0, 6));
      decoder = exports.codec_decoder_new(numbers[0]);
      if (encoder === 0 || decoder === 0) throw new Error(`"${line}" was refused`);
      samples = (numbers[0] / 1000) * 20;
      lose_every = numbers[6];
      frames = 0;
      lost = false;
    } else if (word === 'set') exports.codec_encoder_set(encoder, setting_numbers[values[0]], numbers[1]);
    else for (let i = 0; i < numbers[0]; i += 1) one_frame();
  }
  close();
  return { packets, decoded };
}
