// The speaking half of a call: one utterance at a time, from its text to packets on the wire.
//
//     text -> sentences -> voice (one at a time) -> codec worker -> packets -> pacer -> page
//
// Three things run beside each other. The text may still be written. The voice is asked for the next sentence as soon as the one before
// it is made, but no further than `madeAheadMs` before what is heard: an interruption would throw it away. The pacer sends.
// A stop (interruption, a newer utterance, the call's end) ends all three in the same tick; what the voice and the worker still deliver
// carries an older number and is dropped. A parked call asks the voice for nothing; a sentence that was broken off by that is made again,
// and as much of it as there is already is skipped. Sending then goes on from where the page last was.
import { Machine } from './machine.mjs';
import { Pacer } from './pacer.mjs';
import { speakable } from './speakable.mjs';
import { SpeechError } from './speech_error.mjs';
import { SoundReader } from './wav.mjs';

const madeAheadMs = 8_000;
// Slow speech: what is taken for a sentence before it is made is rather too much, and the rest is given back.
const charactersPerSecond = 10;
const samplesPerMs = 48;
const triesMax = 2;

// `played` comes from the page's report or, when it sends none, from the clock. `park` only matters once there is sound on its way.
const table = {
  silent: { begin: 'preparing' },
  preparing: { sound: 'speaking', played: 'silent', stop: 'silent' },
  speaking: { played: 'silent', stop: 'silent', park: 'preparing' },
};

export class Mouth {
  /** @type {import('./utterance.mjs').Utterance|null} */
  current = null;
  #queue = [];
  #number = 0; // of the utterance at the codec worker
  #pacer = null;
  #parked = false;
  #closed = false;
  #yielding = false;
  #sentenceAbort = null;
  #marked = null;
  #changed = null;

  /**
   * @param {{call: object, meter: import('../costs/call_meter.mjs').CallMeter, voice: import('./kept_voice.mjs').KeptVoice, codec: object, clock: object, aheadMs: number, counters: object, onChange: () => void,
   *  onSpoken: (utterance: import('./utterance.mjs').Utterance) => void, onFailed: (error: Error) => void}} options onSpoken: as far as it can be
   *  heard, it was; onFailed: an utterance could not be spoken, or not to its end
   */
  constructor(options) {
    Object.assign(this, options);
    this.machine = new Machine(table, 'silent', () => (this.counters.illegal_events += 1));
  }

  get state() {
    return this.machine.state;
  }

  /** Speaks it after what is being spoken and waits. */
  say(utterance) {
    if (this.current) this.#queue.push(utterance);
    else this.#begin(utterance);
  }

  #begin(utterance) {
    this.machine.take('begin');
    this.current = utterance;
    this.#number += 1;
    this.codec.tell('utterance', { utterance: this.#number, made48k: 0 });
    this.onChange();
    void this.#make(utterance, this.#number);
  }

  /** The page has heard `stream` up to there. */
  played(stream, heard48k) {
    const utterance = this.current;
    if (utterance?.stream !== stream) return;
    utterance.heard48k = Math.min(Math.max(utterance.heard48k, heard48k), utterance.end48k);
    if (utterance.soundIsComplete && utterance.heard48k >= utterance.end48k) this.#ended('played');
  }

  /**
   * Silence, now; what waits is forgotten too.
   * @param {number} [heard48k] what the page heard of it; by default what the clock says
   * @returns {import('./utterance.mjs').Utterance|null} the one that was cut
   */
  stop(heard48k) {
    const utterance = this.current;
    this.#queue = [];
    if (!utterance) return null;
    const sounded = this.state === 'speaking' && !this.#closed;
    utterance.heard48k = Math.min(
      heard48k ?? this.#pacer?.heard48k() ?? utterance.heard48k,
      utterance.end48k,
    );
    utterance.stop();
    this.#ended('stop');
    if (sounded) this.call.send_flush(utterance.stream);
    return utterance;
  }

  #ended(event) {
    const utterance = this.current;
    if (!utterance || !this.machine.take(event)) return;
    this.#pacer?.stop();
    this.#pacer = null;
    this.current = null;
    this.#wake();
    if (event === 'played') this.onSpoken(utterance);
    const next = this.#queue.shift();
    if (next) this.#begin(next);
    else this.onChange();
  }

  /** The call is over: there is nobody to tell. */
  close() {
    this.#closed = true;
    this.stop();
  }

  /** While the shopper speaks nothing new begins to sound; what already does goes on until the page says that it was interrupted. */
  yield(on) {
    this.#yielding = on;
    this.#send();
  }

  park() {
    this.#parked = true;
    this.#sentenceAbort?.abort();
    if (this.state !== 'speaking') return;
    this.#pacer.stop();
    this.#pacer = null;
    this.machine.take('park');
  }

  resume() {
    this.#parked = false;
    this.#wake();
    this.#send();
    this.onChange();
  }

  /** What the codec worker tells. */
  news(news) {
    const utterance = this.current;
    if (news.kind === 'restarted') {
      if (!utterance) return;
      this.codec.tell('utterance', { utterance: this.#number, made48k: utterance.end48k });
      if (this.#sentenceAbort) this.#sentenceAbort.abort();
      else if (utterance.textIsComplete) this.codec.tell('finish', { utterance: this.#number });
      return;
    }
    if (!utterance || news.utterance !== this.#number) return;
    if (news.kind === 'packets') {
      utterance.packets.push(...news.packets);
      utterance.made48k = news.made48k;
      this.counters.audio_out_s += news.packets.length / 50;
      this.#send();
    } else if (news.kind === 'mark') {
      utterance.made48k = news.made48k;
      this.#marked?.();
    } else if (news.kind === 'finished') {
      utterance.soundIsComplete = true;
      if (utterance.packets.length === 0) this.#ended('played');
    }
  }

  /** Starts the pacer where there is something to send and nothing in the way. */
  #send() {
    const utterance = this.current;
    if (this.state !== 'preparing' || !utterance || utterance.packets.length === 0) return;
    if (this.#parked || this.#yielding) return;
    this.machine.take('sound');
    this.#pacer = new Pacer(utterance, {
      clock: this.clock,
      aheadMs: this.aheadMs,
      from48k: utterance.heard48k,
      send: (packet) => this.call.send_audio(packet),
      sendEnd: (end48k) => this.call.send_end(utterance.stream, end48k),
      onPlayed: () => this.#ended('played'),
    });
    this.onChange();
    this.#pacer.start();
  }

  /** From text to packets, sentence by sentence. */
  async #make(utterance, number) {
    try {
      for (let sentence; (sentence = await utterance.nextSentence());) {
        const words = speakable(sentence.text);
        if (words) await this.#makeSentence(utterance, number, sentence, words);
        if (utterance.isStopped) return;
        sentence.to48k = utterance.made48k;
      }
    } catch (error) {
      this.onFailed(error);
      utterance.finish();
    }
    if (!utterance.isStopped) this.codec.tell('finish', { utterance: number });
  }

  async #makeSentence(utterance, number, sentence, words) {
    for (let tries = 1; ;) {
      await this.#mayMake(utterance);
      if (utterance.isStopped) return;
      const abort = (this.#sentenceAbort = new AbortController());
      const signal = AbortSignal.any([utterance.abort.signal, abort.signal]);
      try {
        await this.#speak(words, signal, number);
        await this.#mark(signal, number);
        return;
      } catch (error) {
        if (utterance.isStopped) return;
        if (!abort.signal.aborted) {
          this.counters.tts_failed += 1;
          tries += 1;
          if (tries > triesMax || /_status_4\d\d$|nothing_installed|used_up/.test(error.code)) throw error;
        }
        this.codec.tell('again', { utterance: number, from48k: sentence.from48k });
      } finally {
        if (this.#sentenceAbort === abort) this.#sentenceAbort = null;
      }
    }
  }

  async #speak(words, signal, number) {
    const isKept = this.voice.isKept(words);
    const taken_s = this.voice.isOwn(words) ? 0 : words.length / charactersPerSecond;
    if (taken_s > 0 && !this.meter.take({ speech_s: taken_s })) throw new SpeechError('speech_used_up');
    if (!isKept) {
      this.counters.tts_requests += 1;
      this.counters.tts_characters += words.length;
    }
    const reader = new SoundReader(this.voice.bareRateHz);
    let heard_s = 0;
    let isWhole = false;
    try {
      for await (const piece of this.voice.speak(words, signal)) {
        signal.throwIfAborted();
        const bytes = reader.push(piece);
        if (!bytes) continue;
        const { rateHz, channels } = reader;
        heard_s += bytes.length / (2 * channels * rateHz);
        this.codec.tell('samples', { utterance: number, bytes, rateHz, channels });
      }
      isWhole = true;
    } finally {
      if (!isKept) this.counters.tts_audio_s += heard_s;
      // A server that was asked for a sentence is paid for it, whether it is heard to its end or not.
      const spent_s = isWhole ? heard_s : Math.max(heard_s, taken_s);
      if (taken_s > 0) this.meter.add('speech_s', spent_s - taken_s);
    }
    if (heard_s === 0) throw new SpeechError('voice_empty');
  }

  /** Resolves when the worker has made what it was given. */
  async #mark(signal, number) {
    await new Promise((resolve, reject) => {
      this.#marked = resolve;
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.codec.tell('mark', { utterance: number });
    });
  }

  /** Waits while the call is parked, or enough is made already. */
  async #mayMake(utterance) {
    const ahead48k = () => utterance.end48k - (this.#pacer?.heard48k() ?? utterance.heard48k);
    while (!utterance.isStopped && this.#parked) await new Promise((resolve) => (this.#changed = resolve));
    while (!utterance.isStopped && ahead48k() > madeAheadMs * samplesPerMs)
      await new Promise((resolve) => setTimeout(resolve, 100));
    if (this.#parked && !utterance.isStopped) await this.#mayMake(utterance);
  }

  #wake() {
    this.#changed?.();
    this.#changed = null;
  }
}
