// Sends packets ahead of the moment at which they are due, by a fixed lead: a blip of the link shorter than the lead is not heard, and an
// interruption drops no more than the lead. One clock ticks for all calls, and only while somebody speaks.
import { packetSamples } from './utterance.mjs';

const tickMs = 20;
const samplesPerMs = 48;

export class PaceClock {
  #pacers = new Set();
  #timer = null;

  add(pacer) {
    this.#pacers.add(pacer);
    this.#timer ??= setInterval(() => {
      const nowMs = performance.now();
      for (const each of this.#pacers) each.tick(nowMs);
    }, tickMs);
  }

  delete(pacer) {
    this.#pacers.delete(pacer);
    if (this.#pacers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}

/** The sending of one utterance, from a position on. */
export class Pacer {
  #next; // the packet to send next
  #first = true;
  #startMs = null; // when the sound at #from48k is heard at the earliest
  #from48k;
  #endSent = false;

  /**
   * @param {import('./utterance.mjs').Utterance} utterance
   * @param {{clock: PaceClock, aheadMs: number, from48k: number, send: (packet: object) => void, sendEnd: (end48k: number) => void,
   *   onPlayed: () => void}} options onPlayed: by the clock, all of it has been heard
   */
  constructor(utterance, options) {
    Object.assign(this, { utterance, ...options });
    this.#next = Math.floor(options.from48k / packetSamples);
    this.#from48k = this.#next * packetSamples;
  }

  start() {
    this.clock.add(this);
    this.tick(performance.now());
  }

  stop() {
    this.clock.delete(this);
  }

  /** Up to where it has been heard, by the clock: at most what was sent. */
  heard48k(nowMs = performance.now()) {
    return Math.min(this.#played48k(nowMs), this.#next * packetSamples);
  }

  #played48k(nowMs) {
    return this.#from48k + (this.#startMs === null ? 0 : Math.round((nowMs - this.#startMs) * samplesPerMs));
  }

  tick(nowMs) {
    const { packets } = this.utterance;
    if (this.#next < packets.length) {
      const played48k = this.#played48k(nowMs);
      // The voice was too slow and the page has run dry: time begins anew with the next packet.
      if (this.#startMs === null || played48k > this.#next * packetSamples) {
        this.#startMs = nowMs;
        this.#from48k = this.#next * packetSamples;
      }
      const due48k = this.#from48k + (nowMs - this.#startMs + this.aheadMs) * samplesPerMs;
      while (this.#next < packets.length && this.#next * packetSamples < due48k) this.#sendNext();
    }
    if (!this.utterance.soundIsComplete || this.#next < packets.length) return;
    if (!this.#endSent) {
      this.#endSent = true;
      this.sendEnd(this.utterance.end48k);
    }
    const leftMs = (this.utterance.end48k - this.#from48k) / samplesPerMs;
    if (this.#startMs === null || nowMs >= this.#startMs + leftMs + this.aheadMs) {
      this.stop();
      this.onPlayed();
    }
  }

  #sendNext() {
    this.send({
      stream: this.utterance.stream,
      flags: this.#first ? 1 : 0,
      timestamp_48k: this.#next * packetSamples,
      payload: this.utterance.packets[this.#next],
    });
    this.#first = false;
    this.#next += 1;
  }
}
