// What a call says, in a codec worker: samples of any rate become packets of 20 ms at 48 kHz. Several pieces of one utterance follow one
// another without a seam; a new utterance begins on an empty frame.

const wireRateHz = 48_000;
const frameSamples = 960;

export class FrameMaker {
  #frame = new Float32Array(frameSamples);
  #filled = 0;
  #resampler = null;
  #fromHz = wireRateHz;
  #skip48k = 0;
  #packets = [];
  /** Samples at 48 kHz since the utterance began, the incomplete frame included. */
  made48k = 0;

  /** @param {import('./codec_module.mjs').CodecModule} codec */
  constructor(codec, settings) {
    this.codec = codec;
    this.encoder = codec.encoder(settings);
  }

  /** @param {number} made48k what is there already, when an utterance goes on after its worker was lost */
  begin(made48k) {
    this.#filled = 0;
    this.#skip48k = 0;
    this.made48k = made48k;
  }

  /** A sentence that began at `from48k` was broken off and comes once more: what is there of it is skipped. */
  again(from48k) {
    this.made48k -= this.#filled;
    this.#filled = 0;
    this.#skip48k = Math.max(0, this.made48k - from48k);
  }

  /** @param {Int16Array} samples interleaved */
  samples(samples, rateHz, channels) {
    this.#setRate(rateHz);
    const frames = Math.floor(samples.length / channels);
    const most = this.#resampler?.samplesMax ?? 4800;
    for (let from = 0; from < frames; from += most) {
      const mono = new Float32Array(Math.min(most, frames - from));
      for (let n = 0; n < mono.length; n += 1) {
        const at = (from + n) * channels;
        mono[n] = (channels === 2 ? (samples[at] + samples[at + 1]) / 2 : samples[at]) / 32_768;
      }
      this.#add(this.#resampler ? this.#resampler.process(mono) : mono);
    }
  }

  /** The end of the utterance: the last frame is filled with silence. */
  finish() {
    if (this.#filled > 0) this.#add(new Float32Array(frameSamples - this.#filled));
  }

  /** @returns {Uint8Array[]} packets since the last call */
  take() {
    const packets = this.#packets;
    this.#packets = [];
    return packets;
  }

  delete() {
    this.#resampler?.delete();
    this.encoder.delete();
  }

  #setRate(rateHz) {
    if (rateHz === this.#fromHz) return;
    this.#resampler?.delete();
    this.#resampler = rateHz === wireRateHz ? null : this.codec.resampler(rateHz, wireRateHz);
    this.#fromHz = rateHz;
  }

  #add(samples) {
    let at = Math.min(this.#skip48k, samples.length);
    this.#skip48k -= at;
    while (at < samples.length) {
      const count = Math.min(frameSamples - this.#filled, samples.length - at);
      this.#frame.set(samples.subarray(at, at + count), this.#filled);
      this.#filled += count;
      this.made48k += count;
      at += count;
      if (this.#filled < frameSamples) return;
      this.#packets.push(this.encoder.encode(this.#frame).slice());
      this.#filled = 0;
    }
  }
}
