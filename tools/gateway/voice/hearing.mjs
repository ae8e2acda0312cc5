// The listening half of a call: turns from the codec worker become words.
//
// A turn goes to the recogniser as soon as it ends. When the shopper goes on before the words are there, it was a pause and no end: the
// words wait for those of the rest. No sound is sent twice, since the shop pays for each second of it: what was sent is let finish, also
// while more is being said or the call is parked, and what ends meanwhile follows in one piece. A parked call asks for nothing new; its
// turn is kept, and asked for when the call is back, so no sentence is lost with a connection. What the call, its address or the day may
// not have recognised any more (../costs/call_meter.mjs) is dropped, and the shopper is told.
import { Machine } from './machine.mjs';
import { SpeechError } from './speech_error.mjs';
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
  /** Sounds that are still to be sent. */
  #pieces = [];
  /** What became of those that were: words, or why there are none. */
  #words = [];
  #failure = null;
  #isAsking = false;
  #end = new AbortController();
  #parked = false;

  /**
   * @param {{ear: object|null, places: import('./places.mjs').Places, meter: import('../costs/call_meter.mjs').CallMeter, counters: object,
   *  onChange: () => void, onWords: (text: string) => void, onNothing: () => void, onFailed: (error: Error) => void}} options
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
    if (this.machine.take('begin')) this.onChange();
  }

  #turn(wav) {
    if (wav) this.#pieces.push(Buffer.from(wav.buffer, wav.byteOffset, wav.byteLength));
    const isNothing = !this.#isAsking && this.#pieces.length + this.#words.length === 0 && !this.#failure;
    // A cough after a turn that waits for its words: they are still wanted.
    if (isNothing) this.machine.take('nothing');
    else if (this.#parked) this.machine.take('keep');
    else if (this.machine.take('turn')) void this.#recognise();
    this.onChange();
  }

  /** One request after the other until nothing is left to send; then the words are those of the turn, if that has ended. */
  async #recognise() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#pieces.length > 0 && !this.#parked && !this.#end.signal.aborted) await this.#ask();
    this.#isAsking = false;
    if (this.state === 'recognising' && !this.#end.signal.aborted) this.#answered();
  }

  async #ask() {
    const wav = joined(this.#pieces);
    this.#pieces = [];
    const seconds = (wav.length - wavHeaderBytes) / (2 * rateHz);
    let leave = () => {};
    try {
      // Servers count in whole seconds.
      if (!this.meter.take({ voice_turns: 1, recognition_s: Math.max(1, seconds) }))
        throw new SpeechError('recognition_used_up');
      leave = await this.places.take(this.meter.address, this.#end.signal);
      this.counters.stt_requests += 1;
      this.counters.stt_audio_s += seconds;
      this.#words.push(await this.ear.recognise(wav, this.#end.signal));
    } catch (error) {
      this.#failure = error;
    } finally {
      leave();
    }
  }

  #answered() {
    const text = this.#words.filter((words) => /[\p{L}\p{N}]/u.test(words)).join(' ');
    const failure = this.#failure;
    this.#words = [];
    this.#failure = null;
    this.machine.take('answered');
    if (failure) this.counters.stt_failed += 1;
    if (!this.ear.present) this.machine.state = 'deaf';
    if (text !== '') {
      this.onWords(text.length > textCharactersMax ? text.slice(0, textCharactersMax).toWellFormed() : text);
    } else if (failure) {
      this.onFailed(failure);
    } else {
      this.counters.stt_empty += 1;
      this.onNothing();
    }
    this.onChange();
  }

  park() {
    this.#parked = true;
    if (this.state === 'recognising') this.machine.take('park');
  }

  resume() {
    this.#parked = false;
    if (this.state !== 'kept') return;
    this.machine.take('resume');
    void this.#recognise();
  }

  close() {
    this.#end.abort();
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
