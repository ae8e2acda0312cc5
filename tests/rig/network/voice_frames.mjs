// Reads the frames of the voice socket, apart from the product's own codec (wasm/voice/wire/frames.h), so that what both ends get wrong
// alike is seen. Only what tests look at.

const audio_of = (bytes) => ({
  stream: bytes[1],
  flags: bytes[2],
  sequence: bytes.readUInt32LE(4),
  timestamp: bytes.readUInt32LE(8),
  packet: bytes.subarray(12),
});

const readers = {
  0x01: ['hello', (bytes) => ({ version: bytes[1], oldest: bytes[2], muted: (bytes.at(-1) & 1) === 1 })],
  0x02: ['audio', audio_of],
  0x03: ['speech', (bytes) => ({ on: bytes[1] === 1, timestamp: bytes.readUInt32LE(2) })],
  0x04: ['interrupt', (bytes) => ({ stream: bytes[1], heard: bytes.readUInt32LE(2) })],
  0x05: ['playout', (bytes) => ({ stream: bytes[1], heard: bytes.readUInt32LE(2) })],
  0x06: ['mute', (bytes) => ({ on: bytes[1] === 1 })],
  0x08: ['bye', () => ({})],
  0x81: ['welcome', (bytes) => ({ resumed: bytes[2] === 1, next_sequence: bytes.readUInt32LE(5) })],
  0x82: ['audio', audio_of],
  0x83: ['agent', (bytes) => ({ state: ['listening', 'thinking', 'speaking'][bytes[1]] })],
  0x84: ['flush', (bytes) => ({ stream: bytes[1] })],
  0x85: ['end', (bytes) => ({ stream: bytes[1], timestamp: bytes.readUInt32LE(2) })],
  0x88: ['ended', (bytes) => ({ reason: bytes[1] })],
};

/** Flags of audio. */
export const first_of_spurt = 1;
export const comfort = 2;

/** @param {Buffer} bytes one frame */
export function read_voice_frame(bytes) {
  const [kind, read] = readers[bytes[0]] ?? [`0x${bytes[0].toString(16)}`, () => ({})];
  return { kind, ...read(bytes) };
}
