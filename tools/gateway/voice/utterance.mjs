// One utterance of the agent: a text, perhaps still being written; its sentences; the packets that speak it. It knows which text a moment
// of its sound belongs to, so that an interrupted one can be cut at what was heard.
import { SentenceSplitter } from './sentences.mjs';

/** Samples at 48 kHz in a packet: 20 ms. */
export const packetSamples = 960;

/** @typedef {{text: string, start: number, end: number, from48k: number, to48k: number|null}} SpokenSentence */

export class Utterance {
  /** The text so far, as the row has it. */
  text = '';
  textIsComplete = false;
  /** @type {SpokenSentence[]} those that were given to the voice; `to48k` is null while one is being spoken */
  spoken = [];
  /** @type {Uint8Array[]} */
  packets = [];
  /** Samples at 48 kHz that were made; more than the packets hold while a frame is incomplete. */
  made48k = 0;
  soundIsComplete = false;
  /** Up to here it was heard, as the page last said. */
  heard48k = 0;
  abort = new AbortController();
  /** Of a reply: the rest of its text need not be written either. */
  unwanted = new AbortController();
  /** @type {Promise<void>|null} of a reply: its row has been stored */
  stored = null;
  #splitter = new SentenceSplitter();
  #waiting = [];
  #wake = null;

  /**
   * @param {number} stream its number on the wire
   * @param {{rowId?: string|null, cutsRow?: boolean}} options cutsRow: an interruption cuts the row's text too
   */
  constructor(stream, { rowId = null, cutsRow = false } = {}) {
    Object.assign(this, { stream, rowId, cutsRow });
  }

  get isStopped() {
    return this.abort.signal.aborted;
  }

  get end48k() {
    return this.packets.length * packetSamples;
  }

  write(text) {
    if (this.textIsComplete) return;
    this.text += text;
    this.#give(this.#splitter.push(text));
  }

  finish() {
    if (this.textIsComplete) return;
    this.textIsComplete = true;
    this.#give(this.#splitter.finish());
    this.#wake?.();
  }

  stop() {
    this.abort.abort();
    this.#wake?.();
  }

  #give(sentences) {
    this.#waiting.push(...sentences);
    if (sentences.length > 0) this.#wake?.();
  }

  /** @returns {Promise<SpokenSentence|null>} the next one to speak; null at the end */
  async nextSentence() {
    while (this.#waiting.length === 0 && !this.textIsComplete && !this.isStopped)
      await new Promise((resolve) => (this.#wake = resolve));
    if (this.isStopped || this.#waiting.length === 0) return null;
    const sentence = { ...this.#waiting.shift(), from48k: this.made48k, to48k: null };
    this.spoken.push(sentence);
    return sentence;
  }

  /** The text up to what was heard, cut at a word. The whole text when its sound was heard to the end. */
  heardText() {
    if (this.soundIsComplete && this.textIsComplete && this.heard48k >= this.end48k) return this.text;
    const last = this.spoken.findLast((sentence) => sentence.from48k < this.heard48k);
    if (!last) return '';
    const long48k = (last.to48k ?? this.made48k) - last.from48k;
    const share = long48k > 0 ? Math.min(1, (this.heard48k - last.from48k) / long48k) : 0;
    const upTo = last.start + Math.round((last.end - last.start) * share);
    if (share === 1) return this.text.slice(0, last.end).trimEnd();
    const head = this.text.slice(0, upTo);
    const blank = Math.max(head.lastIndexOf(' '), head.lastIndexOf('\n'));
    const wordIsWhole = /\s/.test(this.text[upTo] ?? ' ');
    const words = wordIsWhole ? head : head.slice(0, Math.max(blank, last.start));
    // A list's next mark was not heard.
    return words.replace(/[\s\-*#>|]+$/, '');
  }
}
