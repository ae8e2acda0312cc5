// Debian's opusdec, another build of another version of libopus, plays our stream.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { open_codec } from './job.mjs';
import { ogg_opus } from './ogg.mjs';
import { energy, likeness } from './sound.mjs';
import { speech_like } from './speech_like.mjs';

const there = spawnSync('opusdec', ['--version']).error === undefined;

for (const name of ['voice', 'voice-plain']) {
  test(
    `opusdec plays what ${name}.wasm encoded`,
    { skip: !there && 'opusdec is not installed (opus-tools)' },
    () => {
      const codec = open_codec(name);
      const { exports } = codec;
      const pcm = speech_like(48_000, 8);
      const encoder = exports.codec_encoder_new(48_000, 32_000, 5, 1, 0, 5);
      const decoder = exports.codec_decoder_new(48_000);
      const lookahead_samples = exports.codec_encoder_lookahead(encoder);
      const packets = [];
      const ours = new Float32Array(Math.ceil((pcm.length + lookahead_samples) / 960) * 960);
      for (let at = 0; at < ours.length; at += 960) {
        codec.pcm(960).fill(0);
        codec.pcm(960).set(pcm.subarray(at, at + 960));
        const bytes = exports.codec_encode(encoder, 960);
        packets.push(codec.packet(bytes).slice());
        ours.set(codec.pcm(exports.codec_decode(decoder, bytes)), at);
      }
      const file = ogg_opus(packets, { lookahead_samples, samples: pcm.length });
      const { status, stdout, stderr } = spawnSync(
        'opusdec',
        ['--quiet', '--float', '--rate', '48000', '-', '-'],
        { input: file, maxBuffer: 1 << 26 },
      );
      assert.equal(status, 0, String(stderr));
      const header_bytes =
        stdout.subarray(0, 4).toString('latin1') === 'RIFF' ? stdout.indexOf('data') + 8 : 0;
      const bytes = stdout.subarray(header_bytes);
      const played = new Float32Array(Uint8Array.from(bytes).buffer, 0, Math.floor(bytes.length / 4));
      assert.equal(played.length, pcm.length);
      assert.ok(Math.abs(energy(played) / energy(pcm) - 1) < 0.2, 'its energy is that of the source');
      assert.ok(
        likeness(played, ours.subarray(lookahead_samples)) > 0.999,
        'it is what our decoder made of it',
      );
    },
  );
}
