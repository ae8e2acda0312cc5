// A voice's bytes: however they are cut they are the same samples, whole frames, no more than came in; or a SoundError.
import assert from 'node:assert/strict';
import { SoundError, SoundReader, wavHeader } from '../../../tools/gateway/voice/wav.mjs';

const sound = Buffer.from(Array.from({ length: 200 }, (_, i) => (i * 37) % 256));
const note = Buffer.concat([Buffer.from('LIST\x05\x00\x00\x00hello\x00', 'latin1')]);
const with_note = (header) => Buffer.concat([header.subarray(0, 36), note, header.subarray(36)]);
const streamed = wavHeader(24_000, 0);
streamed.writeUInt32LE(0xffffffff, 40);
const stereo = wavHeader(48_000, sound.length);
stereo.writeUInt16LE(2, 22);
export const seeds = [
  Buffer.concat([wavHeader(16_000, sound.length), sound]),
  Buffer.concat([with_note(wavHeader(16_000, sound.length)), sound]),
  Buffer.concat([streamed, sound]),
  Buffer.concat([stereo, sound]),
  sound,
  Buffer.from('ID3\x04 an mp3', 'latin1'),
  Buffer.from('{"error":"no"}'),
];

function read(bytes, step) {
  const reader = new SoundReader(24_000);
  const out = [];
  try {
    for (let at = 0; at < bytes.length; at += step) {
      const frames = reader.push(bytes.subarray(at, at + step));
      if (frames === null) continue;
      assert.ok(reader.rateHz >= 8_000 && reader.rateHz <= 48_000 && [1, 2].includes(reader.channels));
      assert.equal(frames.length % (2 * reader.channels), 0);
      out.push(Buffer.from(frames));
    }
  } catch (error) {
    if (!(error instanceof SoundError)) throw error;
    return error.code;
  }
  const all = Buffer.concat(out);
  assert.ok(all.length <= bytes.length);
  return `${reader.rateHz} ${reader.channels} ${all.toString('latin1')}`;
}

export function one(bytes) {
  if (bytes.length === 0) return 'nothing';
  const whole = read(bytes, bytes.length);
  for (const step of [1, 7, 1 + (bytes[0] % 50)])
    assert.equal(read(bytes, step), whole, `cut every ${step} bytes`);
  return whole.split(' ').slice(0, 2).join(' ');
}
