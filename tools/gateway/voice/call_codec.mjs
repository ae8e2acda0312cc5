// One call's sound: what comes in becomes turns, texts' samples become what goes out. Orders come and news go as plain messages, so that it can run
// in a thread (codec_worker.mjs) or beside the call itself.
//
//     orders  packet, speech, muted, resumed                      of the ear
//             utterance, again, samples, mark, finish             of the mouth; each says which utterance it means
//     news    begin, turn, bad, lost | packets, mark, finished
import { FrameMaker } from './frame_maker.mjs';
import { TurnCollector } from './turn_collector.mjs';

export class CallCodec {
  #utterance = -1;

  /**
   * @param {object} parts
   * @param {object} parts.decoder   of codec_module.mjs, at earRateHz
   * @param {object} parts.detector
   * @param {object} parts.codec     what FrameMaker takes
   * @param {object} parts.settings  of its encoder
   * @param {(kind: string, news?: object, transfer?: object[]) => void} parts.tell
   */
  constructor({ decoder, detector, codec, settings, tell }) {
    this.tell = tell;
    this.ear = new TurnCollector({
      ...{ decoder, detector },
      onBegin: () => tell('begin'),
      onTurn: ({ wav, ms, end }) => tell('turn', { wav, ms, end }, wav ? [wav.buffer] : []),
      onBadPacket: () => tell('bad'),
      onLost: (packets) => tell('lost', { packets }),
    });
    this.mouth = new FrameMaker(codec, settings);
  }

  packet({ timestamp, payload }) {
    this.ear.packet(timestamp, payload, performance.now());
  }

  speech({ on, timestamp }) {
    this.ear.speech(on, timestamp, performance.now());
  }

  muted() {
    this.ear.finish();
  }

  resumed() {
    this.ear.resumed(performance.now());
  }

  tick() {
    this.ear.tick(performance.now());
  }

  // Orders about an utterance that is not the current one come from before an interruption.

  utterance({ utterance, made48k }) {
    this.#utterance = utterance;
    this.mouth.begin(made48k);
  }

  again({ utterance, from48k }) {
    if (utterance === this.#utterance) this.mouth.again(from48k);
  }

  samples({ utterance, bytes, rateHz, channels }) {
    if (utterance !== this.#utterance) return;
    this.mouth.samples(samplesOf(bytes), rateHz, channels);
    this.#tellPackets();
  }

  mark({ utterance, mark }) {
    if (utterance !== this.#utterance) return;
    this.tell('mark', { utterance, mark, made48k: this.mouth.made48k });
  }

  finish({ utterance }) {
    if (utterance !== this.#utterance) return;
    this.mouth.finish();
    this.#tellPackets();
    this.tell('finished', { utterance });
  }

  #tellPackets() {
    const packets = this.mouth.take();
    if (packets.length === 0) return;
    this.tell('packets', { utterance: this.#utterance, packets, made48k: this.mouth.made48k });
  }

  delete() {
    this.ear.delete();
    this.mouth.delete();
  }
}

/** Sound arrives as bytes at any address; 16-bit views need an even one. */
function samplesOf(bytes) {
  const even = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Int16Array(even.buffer, even.byteOffset, even.byteLength >> 1);
}
