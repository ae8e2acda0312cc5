// What a call hears, in a codec worker: packets become 16 kHz samples, and the samples between the beginning and the end of speech become
// one turn. The page's marks decide: its detector hears the sound before any codec, and has waited its hang-over when it says "off".
// Ours, the same detector on the decoded sound, is the net below it: it decides alone where a page sends no marks, and ends a turn after
// two seconds without speech (the mark was lost with a connection). A turn also ends when no sound comes at all, and when it is too long
// for a recogniser.
import { wavHeader } from './wav.mjs';

export const earRateHz = 16_000;
const ticksPerSample = 3; // of the 48 kHz clock
const packetSamples = 320;

const beforeMs = 300; // kept from before the mark: a word may begin with a sound too soft for a detector
const noticedMsMax = 1000; // a mark comes this much after the moment that it names, at most
const afterMs = 120;
const turnMsMin = 160;
const turnMsMax = 60_000;
const quietMsMax = 2_000;
const unmarkedMsMin = 300; // speech of this length without a mark: the page has no detector
const stalledMsMax = 2_500;
const gapMsMax = 300; // a longer hole in the sound is kept as this much silence
const concealedPacketsMax = 5;
const samplesOf = (ms) => (ms * earRateHz) / 1000;

export class TurnCollector {
  #speaking = false;
  #next48k = null; // timestamp of the packet that would follow without a hole
  #chunks = []; // Int16Array
  #samples = 0;
  #lead = 0; // samples of the turn from before its mark
  #marked = false; // the page has sent a mark
  #voiced = false; // our detector hears speech
  #changedSamples = 0; // since it began or ceased to
  #stalledSinceMs = 0;

  /** @param {{decoder: object, detector: object, onTurn: (turn: {wav: Uint8Array, ms: number, end: string}) => void, onBegin: () => void,
   *  onBadPacket: () => void, onLost: (packets: number) => void}} options */
  constructor(options) {
    Object.assign(this, options);
  }

  packet(timestamp48k, payload, nowMs) {
    this.#stalledSinceMs = nowMs;
    this.#fillHole(timestamp48k, payload);
    const samples = this.decoder.decode(payload);
    if (samples.length === 0) {
      this.onBadPacket();
      return;
    }
    this.#next48k = (timestamp48k + samples.length * ticksPerSample) >>> 0;
    this.#detect(samples);
    this.#append(samples);
    const ago = (ms) => this.#changedSamples >= samplesOf(ms);
    if (!this.#speaking) {
      if (this.#voiced && !this.#marked && ago(unmarkedMsMin)) this.#begin(samplesOf(unmarkedMsMin));
    } else if (this.#samples >= samplesOf(turnMsMax)) this.#end('too long');
    else if (!this.#voiced && ago(this.#marked ? quietMsMax : 0)) this.#end('quiet');
  }

  #detect(samples) {
    const voiced = this.detector.hear(samples, this.#voiced);
    this.#changedSamples = voiced === this.#voiced ? this.#changedSamples + samples.length : 0;
    this.#voiced = voiced;
  }

  speech(on, timestamp48k, nowMs) {
    this.#stalledSinceMs = nowMs;
    this.#marked = true;
    if (on === this.#speaking) return;
    if (on) {
      this.#begin(Math.min(this.#samplesSince(timestamp48k), samplesOf(noticedMsMax)));
      return;
    }
    // What came after the end of speech is the hang-over: silence that a recogniser need not read.
    this.#cutEnd(Math.max(0, this.#samplesSince(timestamp48k) - samplesOf(afterMs)));
    this.#end('mark');
  }

  /** @param {number} agoSamples how long ago the speech began */
  #begin(agoSamples) {
    this.#speaking = true;
    this.#changedSamples = 0;
    this.#keepLast(agoSamples + samplesOf(beforeMs));
    this.#lead = Math.min(this.#samples, samplesOf(beforeMs));
    this.onBegin();
  }

  #samplesSince(timestamp48k) {
    if (this.#next48k === null) return 0;
    return Math.max(0, ((this.#next48k - timestamp48k) | 0) / ticksPerSample);
  }

  /** To be called now and then: packets that stop coming end a turn too. */
  tick(nowMs) {
    if (this.#speaking && nowMs - this.#stalledSinceMs > stalledMsMax) this.#end('stalled');
  }

  /** The connection is gone for a while: what was begun waits for its end. */
  resumed(nowMs) {
    this.#stalledSinceMs = nowMs;
  }

  /** What was said so far is the turn: the microphone was muted. */
  finish() {
    if (this.#speaking) this.#end('mute');
  }

  delete() {
    this.decoder.delete();
    this.detector.delete();
  }

  #end(end) {
    this.#speaking = false;
    const ms = (Math.max(0, this.#samples - this.#lead) * 1000) / earRateHz;
    const wav = this.#takeWav();
    this.onTurn({ wav: ms >= turnMsMin ? wav : null, ms, end });
  }

  #takeWav() {
    const wav = new Uint8Array(44 + this.#samples * 2);
    wav.set(wavHeader(earRateHz, this.#samples * 2));
    let at = 44;
    for (const chunk of this.#chunks) {
      wav.set(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength), at);
      at += chunk.byteLength;
    }
    this.#chunks = [];
    this.#samples = 0;
    return wav;
  }

  #fillHole(timestamp48k, payload) {
    if (this.#next48k === null) return;
    const hole = ((timestamp48k - this.#next48k) | 0) / ticksPerSample;
    if (hole < packetSamples) return;
    const packets = Math.floor(hole / packetSamples);
    if (packets > concealedPacketsMax) {
      // The page was silent (it sends no packets then) or away.
      this.#keep(new Int16Array(Math.min(packets * packetSamples, samplesOf(gapMsMax))));
      return;
    }
    this.onLost(packets);
    for (let n = 1; n < packets; n += 1) this.#append(this.decoder.conceal());
    this.#append(this.decoder.recover(payload));
  }

  #append(samples) {
    if (samples.length === 0) return;
    const chunk = new Int16Array(samples.length);
    for (let n = 0; n < samples.length; n += 1)
      chunk[n] = Math.max(-32_768, Math.min(32_767, Math.round(samples[n] * 32_768)));
    this.#keep(chunk);
  }

  #keep(chunk) {
    this.#chunks.push(chunk);
    this.#samples += chunk.length;
    if (!this.#speaking) this.#keepLast(samplesOf(beforeMs + noticedMsMax));
  }

  /** Forgets chunks from the front as long as `keep` samples are left. */
  #keepLast(keep) {
    while (this.#chunks.length > 0 && this.#samples - this.#chunks[0].length >= keep)
      this.#samples -= this.#chunks.shift().length;
  }

  #cutEnd(count) {
    let left = Math.min(count, this.#samples);
    while (left > 0) {
      const last = this.#chunks.pop();
      const cut = Math.min(left, last.length);
      if (cut < last.length) this.#chunks.push(last.subarray(0, last.length - cut));
      left -= cut;
      this.#samples -= cut;
    }
  }
}
