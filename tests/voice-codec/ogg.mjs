// An Opus stream as an Ogg file (RFC 3533, RFC 7845), for other programs to play.

const crc_table = Uint32Array.from({ length: 256 }, (_, i) => {
  let value = i << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

function crc(bytes) {
  let value = 0;
  for (const byte of bytes) value = ((value << 8) ^ crc_table[((value >>> 24) ^ byte) & 255]) >>> 0;
  return value;
}

/** One packet a page: wasteful and simple. A packet of n * 255 bytes ends with a zero lacing value. */
function page(packet, { number, granule, first = false, last = false }) {
  const lacing = [...Array.from({ length: Math.floor(packet.length / 255) }, () => 255), packet.length % 255];
  const head = Buffer.alloc(27);
  head.write('OggS', 0, 'latin1');
  head[5] = (first ? 2 : 0) | (last ? 4 : 0);
  head.writeBigUInt64LE(BigInt(granule), 6);
  head.writeUInt32LE(0x5b0e11, 14); // the stream's serial number: any
  head.writeUInt32LE(number, 18);
  head[26] = lacing.length;
  const whole = Buffer.concat([head, Buffer.from(lacing), packet]);
  whole.writeUInt32LE(crc(whole), 22);
  return whole;
}

/**
 * @param {Uint8Array[]} packets of 20 ms, mono
 * @param {{lookahead_samples: number, samples: number}} sound at 48 kHz: what the decoder is to leave out at the begin, and the length
 * without it
 */
export function ogg_opus(packets, { lookahead_samples, samples }) {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head[8] = 1;
  head[9] = 1;
  head.writeUInt16LE(lookahead_samples, 10);
  head.writeUInt32LE(48_000, 12);
  const vendor = Buffer.from('shopbell');
  const tags = Buffer.alloc(8 + 4 + vendor.length + 4);
  tags.write('OpusTags', 0, 'latin1');
  tags.writeUInt32LE(vendor.length, 8);
  vendor.copy(tags, 12);
  return Buffer.concat([
    page(head, { number: 0, granule: 0, first: true }),
    page(tags, { number: 1, granule: 0 }),
    ...packets.map((packet, i) =>
      page(Buffer.from(packet), {
        number: i + 2,
        granule: Math.min((i + 1) * 960, lookahead_samples + samples),
        last: i === packets.length - 1,
      }),
    ),
  ]);
}
