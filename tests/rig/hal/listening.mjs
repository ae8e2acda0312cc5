// How the two gateways find out what belongs to one utterance. Sound is 16 kHz, mono, signed 16 bit.
//
// `web`   the first sound begins an utterance, whatever it is; it ends when no more frames come. A page that goes on sending silence
//         is never answered.
// `web2`  sound is passed over until the wake word; what follows is kept until enough of it in a row is no speech, or until
//         `stop_listening`. Its speech detector only takes 10, 20 and 30 ms: longer pieces are neither speech nor silence to it,
//         so a page that sends 256 ms at a time must say `stop_listening` itself.
import { rms } from '../sound/dsp.mjs';
import { now_ms } from './time.mjs';

export const rate_hz = 16_000;

const detector_lengths = [10, 20, 30].map((ms) => (ms * rate_hz) / 1_000);
const quiet_pieces_at_end = 15;
const recorded_pieces_min = 10;

const clamped = (value) => Math.max(-32_768, Math.min(32_767, Math.trunc(value)));

/** @returns {Int16Array | null}  null for what is no sound */
export const samples_of = (audio) => (Array.isArray(audio) ? Int16Array.from(audio, clamped) : null);

function joined(pieces) {
  const all = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Where a test does not care: what is louder than a quiet room. */
export const is_loud = (samples) => rms(samples) > 300;

class ByTheClock {
  #pieces = [];
  #samples = 0;
  #last_ms = 0;

  constructor({ silence_ms, utterance_ms_min, check_every_ms }, { woken, utterance }) {
    Object.assign(this, { silence_ms, utterance_ms_min, woken, utterance });
    this.timer = setInterval(() => this.#check(), check_every_ms);
  }

  take(samples) {
    if (this.#pieces.length === 0) this.woken();
    this.#pieces.push(samples);
    this.#samples += samples.length;
    this.#last_ms = now_ms();
  }

  stop() {}

  #check() {
    const is_over = now_ms() - this.#last_ms >= this.silence_ms;
    if (!is_over || (this.#samples * 1_000) / rate_hz < this.utterance_ms_min) return;
    const all = joined(this.#pieces);
    this.#pieces = [];
    this.#samples = 0;
    this.utterance(all);
  }

  close() {
    clearInterval(this.timer);
  }
}

class ByTheWakeWord {
  #recorded = null;
  #quiet = 0;

  constructor({ wake, is_speech }, { woken, utterance }) {
    Object.assign(this, { wake, is_speech, woken, utterance });
  }

  take(samples) {
    if (this.#recorded) this.#record(samples);
    else if (this.wake?.(samples)) {
      this.#recorded = [];
      this.#quiet = 0;
      this.woken();
    }
  }

  #record(samples) {
    this.#recorded.push(samples);
    if (!detector_lengths.includes(samples.length)) return;
    this.#quiet = this.is_speech(samples) ? 0 : this.#quiet + 1;
    if (this.#quiet >= quiet_pieces_at_end && this.#recorded.length > recorded_pieces_min) this.stop();
  }

  stop() {
    const recorded = this.#recorded;
    this.#recorded = null;
    if (recorded) this.utterance(joined(recorded));
  }

  close() {}
}

export const listeners = { web: ByTheClock, web2: ByTheWakeWord };
