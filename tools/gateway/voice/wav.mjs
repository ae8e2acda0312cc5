// WAV: a header for what is sent to a recogniser, and a reader for what a voice sends, piece by piece. A voice that streams cannot know
// its length, so the sizes in its header are not believed: the sound lasts until the stream ends.

export const wavHeaderBytes = 44;

/** @returns {Buffer} the header of 16-bit mono sound */
export function wavHeader(rateHz, dataBytes) {
  const header = Buffer.alloc(wavHeaderBytes);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

export class SoundError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

// A header with longer notes than this in it is somebody's mistake.
const headerBytesMax = 16_384;
const extensible = 0xfffe;

/**
 * Bytes of a voice in, 16-bit samples out. Without a WAV header they are samples already, at `bareRateHz`.
 * `rateHz` and `channels` are known with the first piece that comes out.
 */
export class SoundReader {
  rateHz = 0;
  channels = 1;
  #head = Buffer.alloc(0);
  #rest = null; // odd bytes that wait for the other half of their sample
  #inData = false;
  #dataLeft = Infinity;

  constructor(bareRateHz) {
    this.bareRateHz = bareRateHz;
  }

  /** @param {Uint8Array} bytes @returns {Uint8Array|null} whole frames of samples, little-endian */
  push(bytes) {
    if (this.#inData) return this.#frames(bytes);
    this.#head = Buffer.concat([this.#head, bytes]);
    const start = this.#startOfData();
    if (start < 0) {
      if (this.#head.length > headerBytesMax) throw new SoundError('sound_header_too_long');
      return null;
    }
    this.#inData = true;
    const samples = this.#head.subarray(start);
    this.#head = Buffer.alloc(0);
    return this.#frames(samples);
  }

  #startOfData() {
    const head = this.#head;
    if (head.length < 12) return -1;
    if (head.toString('latin1', 0, 4) !== 'RIFF') {
      if (/^(?:ID3|OggS|fLaC|[{<])/.test(head.toString('latin1', 0, 4)))
        throw new SoundError('sound_not_pcm');
      this.rateHz = this.bareRateHz;
      return 0;
    }
    for (let at = 12; at + 8 <= head.length;) {
      const kind = head.toString('latin1', at, at + 4);
      const size = head.readUInt32LE(at + 4);
      if (kind === 'data') {
        if (this.rateHz === 0) throw new SoundError('sound_not_pcm');
        // Sizes of this order mean "not known" (0xffffffff, 0x7ffff000, 0).
        if (size > 0 && size < 0x7000_0000) this.#dataLeft = size;
        return at + 8;
      }
      if (kind === 'fmt ') {
        if (at + 24 > head.length) return -1;
        const format = head.readUInt16LE(at + 8);
        this.channels = head.readUInt16LE(at + 10);
        this.rateHz = head.readUInt32LE(at + 12);
        const bits = head.readUInt16LE(at + 22);
        const known = (format === 1 || format === extensible) && bits === 16;
        if (!known || this.channels < 1 || this.channels > 2 || this.rateHz < 8000 || this.rateHz > 48000)
          throw new SoundError('sound_not_pcm');
      }
      at += 8 + size + (size % 2);
      if (at > headerBytesMax) throw new SoundError('sound_header_too_long');
    }
    return -1;
  }

  #frames(bytes) {
    const allowed = bytes.subarray(0, Math.min(bytes.length, this.#dataLeft));
    this.#dataLeft -= allowed.length;
    const all = this.#rest ? Buffer.concat([this.#rest, allowed]) : allowed;
    const whole = all.length - (all.length % (2 * this.channels));
    this.#rest = whole < all.length ? Buffer.from(all.subarray(whole)) : null;
    return whole > 0 ? all.subarray(0, whole) : null;
  }
}
