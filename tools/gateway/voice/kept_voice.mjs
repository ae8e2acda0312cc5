// A voice that makes the agent's own words (the greeting, its notices) once and keeps their sound: they are the same in every call, and
// what is said at the beginning of each must not cost each time. A call that comes while they are being made hears them as they come; one
// that hangs up meanwhile does not end the making.
import { SentenceSplitter } from './sentences.mjs';
import { speakable } from './speakable.mjs';

/** The pieces in which a text is given to the voice. */
function piecesOf(text) {
  const splitter = new SentenceSplitter();
  return [...splitter.push(text), ...splitter.finish()].map((sentence) => speakable(sentence.text));
}

class Recording {
  #pieces = [];
  #ended = false;
  #error = null;
  #wake = () => {};
  #change = this.#nextChange();

  async record(sound) {
    try {
      for await (const piece of sound) {
        this.#pieces.push(Buffer.from(piece));
        this.#changed();
      }
    } catch (error) {
      this.#error = error;
    }
    this.#ended = true;
    this.#changed();
    return this.#error === null;
  }

  async *play(signal) {
    for (let at = 0; ;) {
      signal.throwIfAborted();
      if (at < this.#pieces.length) yield this.#pieces[at++];
      else if (this.#error) throw this.#error;
      else if (this.#ended) return;
      else await this.#change;
    }
  }

  #nextChange() {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  #changed() {
    this.#wake();
    this.#change = this.#nextChange();
  }
}

export class KeptVoice {
  #own;
  #recordings = new Map();
  #closing = new AbortController();

  /** @param {object} voice @param {string[]} texts the agent's own */
  constructor(voice, texts) {
    this.voice = voice;
    this.#own = new Set(texts.flatMap(piecesOf));
  }

  get name() {
    return this.voice.name;
  }

  get present() {
    return this.voice.present;
  }

  get bareRateHz() {
    return this.voice.bareRateHz;
  }

  /** Whether these words are the agent's own: no call pays for them. */
  isOwn(words) {
    return this.#own.has(words);
  }

  /** Whether they need not be made any more. */
  isKept(words) {
    return this.#recordings.has(words);
  }

  speak(words, signal) {
    if (!this.isOwn(words)) return this.voice.speak(words, signal);
    let recording = this.#recordings.get(words);
    if (!recording) {
      recording = new Recording();
      this.#recordings.set(words, recording);
      // One that failed is made anew when it is wanted again.
      void recording.record(this.voice.speak(words, this.#closing.signal)).then((isWhole) => {
        if (!isWhole) this.#recordings.delete(words);
      });
    }
    return recording.play(signal);
  }

  close() {
    this.#closing.abort();
    this.voice.close();
  }
}
