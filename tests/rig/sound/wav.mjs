// Sound as WAV files: mono Float32Array in memory, 16 bit on disk (what every reader takes).
import { readFileSync, writeFileSync } from 'node:fs';

/** @typedef {{rate_hz: number, samples: Float32Array}} Sound */

/** @param {Sound} sound */
export function wav_bytes({ rate_hz, samples }) {
  const bytes = Buffer.alloc(44 + 2 * samples.length);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + 2 * samples.length, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20); // PCM
  bytes.writeUInt16LE(1, 22); // mono
  bytes.writeUInt32LE(rate_hz, 24);
  bytes.writeUInt32LE(2 * rate_hz, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(2 * samples.length, 40);
  for (let i = 0; i < samples.length; i += 1)
    bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, samples[i])) * 32_767), 44 + 2 * i);
  return bytes;
}

export const write_wav = (file, sound) => writeFileSync(file, wav_bytes(sound));

/** Reads 16-bit PCM; of several channels the first. @returns {Sound} */
export function parse_wav(bytes) {
  let format;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const start = at + 8;
    if (name === 'fmt ')
      format = {
        kind: bytes.readUInt16LE(start),
        channels: bytes.readUInt16LE(start + 2),
        rate_hz: bytes.readUInt32LE(start + 4),
        bits: bytes.readUInt16LE(start + 14),
      };
    if (name === 'data') {
      if (format?.kind !== 1 || format.bits !== 16)
        throw new Error(`not a 16-bit PCM file: ${JSON.stringify(format)}`);
      // A program that writes into a pipe does not know the length and puts a huge one.
      const end = Math.min(start + size, bytes.length);
      const samples = new Float32Array(Math.floor((end - start) / (2 * format.channels)));
      for (let i = 0; i < samples.length; i += 1)
        samples[i] = bytes.readInt16LE(start + 2 * i * format.channels) / 32_768;
      return { rate_hz: format.rate_hz, samples };
    }
    at = start + size + (size & 1);
  }
  throw new Error('no sound in this WAV file');
}

export const read_wav = (file) => parse_wav(readFileSync(file));
