// Everyone who encodes and decodes in `npm run bench -- opus`, behind one interface:
//   open(complexity)       a new encoder and decoder
//   encode(from, to)       frames of the sound -> {ms, bytes}
//   decode(from, to)       the packets that encode made last -> {ms}
//   close()
// All with 48 kHz mono, 20 ms, 32 kbit/s, VoIP, error correction on for 5 % loss, silence detection off.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { launch_browser } from '../../../tests/rig/browsers/browser.mjs';
import { build_folder, dist_folder } from '../../lib/paths.mjs';
import { frame_samples, rate_hz } from './sound.mjs';

const bitrate_bps = 32_000;
const loss_percent = 5;
const require = createRequire(import.meta.url);

/** A contender in this process: codec(complexity) gives encode(frame number), decode(packet) and close(). */
function in_process(codec_of) {
  let codec;
  let packets = [];
  return {
    async open(complexity) {
      codec?.close();
      codec = await codec_of(complexity);
      packets = [];
    },
    async encode(from, to) {
      let bytes = 0;
      const started = performance.now();
      for (let i = from; i < to; i += 1) bytes += (packets[i] = codec.encode(i)).length;
      return { ms: performance.now() - started, bytes };
    },
    async decode(from, to) {
      const started = performance.now();
      for (let i = from; i < to; i += 1) codec.decode(packets[i]);
      return { ms: performance.now() - started };
    },
    close: () => codec?.close(),
  };
}

export function shopbell(sound) {
  const module = new WebAssembly.Module(readFileSync(join(dist_folder, 'voice.wasm')));
  const { exports } = new WebAssembly.Instance(module, {});
  exports._initialize();
  return in_process((complexity) => {
    const encoder = exports.codec_encoder_new(rate_hz, bitrate_bps, complexity, 1, 0, loss_percent);
    const decoder = exports.codec_decoder_new(rate_hz);
    const pcm = new Float32Array(exports.memory.buffer, exports.codec_pcm(), frame_samples);
    const packet = new Uint8Array(exports.memory.buffer, exports.codec_packet(), 1275);
    return {
      encode(i) {
        pcm.set(sound.subarray(i * frame_samples, (i + 1) * frame_samples));
        return packet.slice(0, exports.codec_encode(encoder, frame_samples));
      },
      decode(bytes) {
        packet.set(bytes);
        return pcm.slice(0, exports.codec_decode(decoder, bytes.length));
      },
      close() {
        exports.codec_encoder_delete(encoder);
        exports.codec_decoder_delete(decoder);
      },
    };
  });
}

export async function libopus_wasm(sound) {
  const { Application, createDecoder, createEncoder } = await import('libopus-wasm');
  return in_process(async (complexity) => {
    const common = { channels: 1, sampleRate: rate_hz };
    const encoder = await createEncoder({
      ...common,
      application: Application.Voip,
      bitrate: bitrate_bps,
      complexity,
      fec: true,
      packetLossPercent: loss_percent,
    });
    const decoder = await createDecoder(common);
    return {
      encode: (i) => encoder.encodeFloat(sound.subarray(i * frame_samples, (i + 1) * frame_samples)),
      decode: (packet) => decoder.decodeFloat(packet),
      close() {
        encoder.free();
        decoder.free();
      },
    };
  });
}

/** For those that take 16-bit samples. */
const as_int16 = (sound) =>
  Int16Array.from(sound, (value) => Math.max(-32_768, Math.min(32_767, Math.round(value * 32_768))));
const frame_bytes = 2 * frame_samples;

export function opusscript(sound) {
  const OpusScript = require('opusscript');
  const bytes = Buffer.from(as_int16(sound).buffer);
  return in_process((complexity) => {
    const codec = new OpusScript(rate_hz, 1, OpusScript.Application.VOIP);
    codec.setBitrate(bitrate_bps);
    codec.encoderCTL(4010, complexity);
    codec.encoderCTL(4012, 1); // in-band error correction
    codec.encoderCTL(4014, loss_percent);
    return {
      encode: (i) => codec.encode(bytes.subarray(i * frame_bytes, (i + 1) * frame_bytes), frame_samples),
      decode: (packet) => codec.decode(packet),
      close: () => codec.delete(),
    };
  });
}

export function evan_opus(sound) {
  process.env.OPUS_FORCE_WASM = '1'; // asks the package for its WebAssembly build
  const { Decoder, Encoder } = require('@evan/opus');
  const pcm = as_int16(sound);
  return in_process((complexity) => {
    const encoder = new Encoder({ channels: 1, sample_rate: rate_hz, application: 'voip' });
    encoder.bitrate = bitrate_bps;
    encoder.complexity = complexity;
    encoder.inband_fec = true;
    encoder.packet_loss = loss_percent;
    const decoder = new Decoder({ channels: 1, sample_rate: rate_hz });
    return {
      encode: (i) => encoder.encode(pcm.subarray(i * frame_samples, (i + 1) * frame_samples)),
      decode: (packet) => decoder.decode(packet),
      close() {
        encoder.drop();
        decoder.drop();
      },
    };
  });
}

/** @param {'sse4' | 'avx2'} simd see native.c */
export function native(sound, simd) {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-opus-'));
  writeFileSync(join(folder, 'pcm'), sound);
  const program = spawn(join(build_folder, 'native', `opus_bench_${simd}`), [join(folder, 'pcm')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const ask = async (what, from, to) => {
    program.stdin.write(`${what} ${from} ${to}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`opus_bench_${simd} ended`);
    const [us, bytes] = value.split(' ').map(Number);
    return { ms: us / 1000, bytes };
  };
  return {
    async open(complexity) {
      program.stdin.write(`open ${complexity}\n`);
    },
    encode: (from, to) => ask('encode', from, to),
    decode: (from, to) => ask('decode', from, to),
    close() {
      program.stdin.end();
      rmSync(folder, { recursive: true });
    },
  };
}

/* global AudioData, AudioDecoder, AudioEncoder */
/* Runs in the page. */
function page_side({ rate_hz, frame_samples, bitrate_bps, loss_percent }) {
  let encoder;
  let decoder;
  let sound;
  let packets = [];
  const fail = (error) => {
    throw error;
  };
  const codec = { codec: 'opus', sampleRate: rate_hz, numberOfChannels: 1 };
  window.bench = {
    async load(url) {
      sound = new Float32Array(await (await fetch(url)).arrayBuffer());
    },
    open(complexity) {
      encoder?.close();
      decoder?.close();
      packets = [];
      encoder = new AudioEncoder({ output: (chunk) => packets.push(chunk), error: fail });
      encoder.configure({
        ...codec,
        bitrate: bitrate_bps,
        opus: {
          application: 'voip',
          complexity,
          frameDuration: 20_000,
          packetlossperc: loss_percent,
          useinbandfec: true,
        },
      });
      decoder = new AudioDecoder({ output: (data) => data.close(), error: fail });
      decoder.configure(codec);
    },
    async encode(from, to) {
      const before = packets.length;
      const started = performance.now();
      for (let i = from; i < to; i += 1) {
        const data = new AudioData({
          format: 'f32',
          sampleRate: rate_hz,
          numberOfFrames: frame_samples,
          numberOfChannels: 1,
          timestamp: i * 20_000,
          data: sound.subarray(i * frame_samples, (i + 1) * frame_samples),
        });
        encoder.encode(data);
        data.close();
      }
      await encoder.flush();
      const ms = performance.now() - started;
      return { ms, bytes: packets.slice(before).reduce((sum, chunk) => sum + chunk.byteLength, 0) };
    },
    async decode(from, to) {
      const started = performance.now();
      for (const packet of packets.slice(from, to)) decoder.decode(packet);
      await decoder.flush();
      return { ms: performance.now() - started };
    },
  };
}

export async function chromium_webcodecs(sound) {
  const server = createServer((request, response) => {
    const is_sound = request.url === '/sound';
    response.setHeader('Content-Type', is_sound ? 'application/octet-stream' : 'text/html');
    response.end(
      is_sound ? Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength) : '<!doctype html>',
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const { browser } = await launch_browser();
  const page = await browser.newPage();
  await page.goto(url);
  await page.evaluate(page_side, { rate_hz, frame_samples, bitrate_bps, loss_percent });
  await page.evaluate((address) => window.bench.load(address), `${url}/sound`);
  const ask = (...request) => page.evaluate(([what, ...values]) => window.bench[what](...values), request);
  return {
    open: (complexity) => ask('open', complexity),
    encode: (from, to) => ask('encode', from, to),
    decode: (from, to) => ask('decode', from, to),
    async close() {
      await browser.close();
      server.close();
    },
  };
}
