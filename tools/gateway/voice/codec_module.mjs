// voice.wasm in a thread of the gateway: the same file that pages load, through its codec_* exports (wasm/bindings/codec_face.cpp).

/** Handles of each kind in one instance of the module. */
export const callsPerInstance = 64;

const pcmSamples = 6000;
const pcmOutSamples = 12_000;
const packetBytesMax = 1275;
const wireRateHz = 48_000;

export class CodecModule {
  #exports;

  /** @param {WebAssembly.Module} module */
  constructor(module) {
    this.#exports = new WebAssembly.Instance(module, {
      wasi_snapshot_preview1: { fd_close() {}, fd_write() {}, fd_seek() {} },
    }).exports;
    this.#exports._initialize?.();
  }

  /** The memory may have grown since the last call, so views are made anew. */
  #floats(address, count) {
    return new Float32Array(this.#exports.memory.buffer, address, count);
  }

  #packet(bytes) {
    return new Uint8Array(this.#exports.memory.buffer, this.#exports.codec_packet(), bytes);
  }

  decoder(rateHz) {
    const exports = this.#exports;
    const handle = opened(exports.codec_decoder_new(rateHz));
    const pcm = (samples) => this.#floats(exports.codec_pcm(), samples);
    const lostSamples = (rateHz / 1000) * 20;
    return {
      /** @returns {Float32Array} a view that the next call overwrites; empty when the packet was none */
      decode: (packet) => {
        if (packet.length > packetBytesMax) return pcm(0);
        this.#packet(packet.length).set(packet);
        return pcm(exports.codec_decode(handle, packet.length));
      },
      /** The lost frame before `packet`, to be called before decode() of it. */
      recover: (packet) => {
        this.#packet(packet.length).set(packet);
        return pcm(exports.codec_decode_fec(handle, packet.length, lostSamples));
      },
      conceal: () => pcm(exports.codec_conceal(handle, lostSamples)),
      delete: () => exports.codec_decoder_delete(handle),
    };
  }

  detector(rateHz) {
    const exports = this.#exports;
    const handle = opened(exports.codec_detector_new(rateHz));
    return {
      /** @param {Float32Array} samples a multiple of 10 ms @param {boolean} before whether it heard speech before them */
      hear: (samples, before) => {
        this.#floats(exports.codec_pcm(), samples.length).set(samples);
        return [before, true, false][exports.codec_detect(handle, samples.length)];
      },
      delete: () => exports.codec_detector_delete(handle),
    };
  }

  /** @param {{bitrateBps: number, complexity: number}} settings without error correction and silence detection: TCP loses nothing,
   * and every 20 ms of an utterance have a packet of their own */
  encoder({ bitrateBps, complexity }) {
    const exports = this.#exports;
    const handle = opened(exports.codec_encoder_new(wireRateHz, bitrateBps, complexity, 0, 0, 0));
    return {
      /** @param {Float32Array} frame 960 samples @returns {Uint8Array} a view that the next call overwrites */
      encode: (frame) => {
        this.#floats(exports.codec_pcm(), frame.length).set(frame);
        return this.#packet(exports.codec_encode(handle, frame.length));
      },
      delete: () => exports.codec_encoder_delete(handle),
    };
  }

  resampler(fromHz, toHz) {
    const exports = this.#exports;
    const handle = opened(exports.codec_resampler_new(fromHz, toHz));
    const most = Math.min(pcmSamples, Math.floor(((pcmOutSamples - 64) * fromHz) / toHz));
    return {
      /** The most samples that one call takes. */
      samplesMax: most,
      /** @param {Float32Array} samples @returns {Float32Array} a view that the next call overwrites */
      process: (samples) => {
        this.#floats(exports.codec_pcm(), samples.length).set(samples);
        return this.#floats(exports.codec_pcm_out(), exports.codec_resample(handle, samples.length));
      },
      delete: () => exports.codec_resampler_delete(handle),
    };
  }
}

function opened(handle) {
  if (handle === 0) throw new Error('the codec module has no room for another call');
  return handle;
}
