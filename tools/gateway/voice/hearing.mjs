// The listening half of a call: turns from the codec worker become words.
//
// A turn goes to the recogniser as soon as it ends. When the shopper goes on before the words are there, it was a pause and no end: the
// request is cancelled and both pieces are recognised together. A parked call asks the recogniser for nothing; its turn is kept, and asked
// for when the call is back, so no sentence is lost with a connection.
import { Machine } from './machine.mjs';
import { wavHeader, wavHeaderBytes } from './wav.mjs';

const rateHz = 16_000;
const joinedBytesMax = 60 * rateHz * 2;
const pauseBytes = 0.2 * rateHz * 2;
const textCharactersMax = 1000;

const table = {
  quiet: { begin: 'hearing' },
  hearing: { turn: 'recognising', keep: 'kept', nothing: 'quiet' },
  recognising: { answered: 'quiet', begin: 'hearing', park: 'kept' },
  kept: { resume: 'recognising', begin: 'hearing' },
  deaf: {}, // there is no recogniser
};

export class Hearing {
  #pieces = [];
  #abort = null;
  #parked = false;

  /**
   * @param {{ear: object|null, counters: object, onChange: () => void, onWords: (text: string) => void, onNothing: () => void,
   *  onFailed: (error: Error) => void}} options
   */
  constructor(options) {
    Object.assign(this, options);
    const isDeaf = !options.ear?.present;
    this.machine = new Machine(table, isDeaf ? 'deaf' : 'quiet', () => (this.counters.illegal_events += 1));
  }

  get state() {
    return this.machine.state;
  }

  /** What the codec worker tells. */
  news(news) {
    if (this.state === 'deaf') return;
    if (news.kind === 'begin') this.#begin();
    else if (news.kind === 'turn') this.#turn(news.wav);
    else if (news.kind === 'restarted' && this.state === 'hearing') this.#turn(null);
  }

  #begin() {
    if (!this.machine.take('begin')) return;
    this.#abort?.abort();
    this.#abort = null;
    this.onChange();
  }

  #turn(wav) {
    if (wav) this.#pieces.push(Buffer.from(wav.buffer, wav.byteOffset, wav.byteLength));
    // A cough after a turn that was cancelled for it: the turn is still to be recognised.
    if (this.#pieces.length === 0) this.machine.take('nothing');
    else if (this.#parked) this.machine.take('keep');
    else if (this.machine.take('turn')) void this.#recognise();
    this.onChange();
  }

  async #recognise() {
    const abort = (this.#abort = new AbortController());
    const wav = joined(this.#pieces);
    this.counters.stt_requests += 1;
    this.counters.stt_audio_s += (wav.length - wavHeaderBytes) / (2 * rateHz);
    let text = '';
    let failure = null;
    try {
      text = await this.ear.recognise(wav, abort.signal);
    } catch (error) {
      failure = error;
    }
    if (abort.signal.aborted) return;
    this.#abort = null;
    this.#pieces = [];
    this.machine.take('answered');
    if (failure) {
      this.counters.stt_failed += 1;
      if (!this.ear.present) this.machine.state = 'deaf';
      this.onFailed(failure);
    } else if (/[\p{L}\p{N}]/u.test(text)) {
      this.onWords(text.length > textCharactersMax ? text.slice(0, textCharactersMax).toWellFormed() : text);
    } else {
      this.counters.stt_empty += 1;
      this.onNothing();
    }
    this.onChange();
  }

  park() {
    this.#parked = true;
    if (this.state !== 'recognising') return;
    this.machine.take('park');
    this.#abort.abort();
    this.#abort = null;
  }

  resume() {
    this.#parked = false;
    if (this.state !== 'kept') return;
    this.machine.take('resume');
    void this.#recognise();
  }

  close() {
    this.#abort?.abort();
  }
}

/** The pieces of one turn as one sound, a short pause between them; the newest minute where they are longer. */
function joined(pieces) {
  if (pieces.length === 1) return pieces[0];
  const parts = pieces.flatMap((wav, n) => [
    ...(n > 0 ? [Buffer.alloc(pauseBytes)] : []),
    wav.subarray(wavHeaderBytes),
  ]);
  const all = Buffer.concat(parts);
  const sound = all.subarray(Math.max(0, all.length - joinedBytesMax));
  return Buffer.concat([wavHeader(rateHz, sound.length), sound]);
}
