// What a call hears, in a codec worker: packets become 16 kHz samples, and the samples between the beginning and the end of speech become
// one turn. The page's marks decide: its detector hears the sound before any codec, and has waited its hang-over when it says "off".
// Ours is the net below it: a turn also ends when no sound has come or nothing but quiet was heard for a while (the mark was lost with a
// connection), and when it is too long for a recogniser.
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
const stalledMsMax = 2_500;
const gapMsMax = 300; // a longer hole in the sound is kept as this much silence
const concealedPacketsMax = 5;
// Speech by its energy: so much above the quietest that was heard lately, and not below what a quiet room has.
const speechAboveFloor = 4;
const speechRmsMin = 0.004;

const samplesOf = (ms) => (ms * earRateHz) / 1000;

/** How loud the room is, and since when it has been no louder. */
class QuietMeter {
  #floor = speechRmsMin;
  quietSamples = 0;

  hear(samples) {
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    const rms = Math.sqrt(sum / samples.length);
    // Down at once, up by 6 dB in about a second: a voice is never still for so long, a fan always.
    this.#floor = Math.min(Math.max(rms, speechRmsMin / 4), this.#floor * 1.014);
    const isSpeech = rms > Math.max(speechRmsMin, this.#floor * speechAboveFloor);
    this.quietSamples = isSpeech ? 0 : this.quietSamples + samples.length;
  }
}

export class TurnCollector {
  #speaking = false;
  #next48k = null; // timestamp of the packet that would follow without a hole
  #chunks = []; // Int16Array
  #samples = 0;
  #lead = 0; // samples of the turn from before its mark
  #meter = new QuietMeter();
  #stalledSinceMs = 0;

  /** @param {{decoder: object, onTurn: (turn: {wav: Uint8Array, ms: number, end: string}) => void, onBegin: () => void,
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
    this.#append(samples);
    if (!this.#speaking) return;
    if (this.#samples >= samplesOf(turnMsMax)) this.#end('too long');
    else if (this.#meter.quietSamples >= samplesOf(quietMsMax)) this.#end('quiet');
  }

  speech(on, timestamp48k, nowMs) {
    this.#stalledSinceMs = nowMs;
    if (on === this.#speaking) return;
    if (on) {
      this.#speaking = true;
      this.#meter.quietSamples = 0;
      this.#keepLast(
        Math.min(this.#samplesSince(timestamp48k), samplesOf(noticedMsMax)) + samplesOf(beforeMs),
      );
      this.#lead = Math.min(this.#samples, samplesOf(beforeMs));
      this.onBegin();
      return;
    }
    // What came after the end of speech is the hang-over: silence that a recogniser need not read.
    this.#cutEnd(Math.max(0, this.#samplesSince(timestamp48k) - samplesOf(afterMs)));
    this.#end('mark');
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
    this.#meter.hear(samples);
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
