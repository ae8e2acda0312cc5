// What the agent hears, measured: how loud, how long, when.
import { joined, rms } from '../../sound/dsp.mjs';

const rate_hz = 16_000;
const frame_ms = 10;
const kept_frames = 60_000 / frame_ms;
// Speech has pauses, and a click is none: it begins with so much sound in so much time.
const began_ms = 60;
const spell_gap_ms = 100;

export class Ear {
  #frames = [];
  #counts = { frames_ms: 0, loud_ms: 0, rms_max: 0 };
  #spells = [];
  #speaking = false;
  #loud_ms = 0;
  #silent_ms = 0;

  /** @param {{began: () => void, ended: () => void}} on  speech, as a plain ear tells it */
  constructor(rtc, { rms_min = 0.01, silence_ms = 300 } = {}, on) {
    Object.assign(this, { rtc, rms_min, silence_ms, on });
  }

  async listen(track) {
    const stream = new this.rtc.AudioStream(track, {
      sampleRate: rate_hz,
      numChannels: 1,
      frameSizeMs: frame_ms,
    });
    for await (const { data } of stream) this.#take(Float32Array.from(data, (value) => value / 32_768));
  }

  #take(samples) {
    const level = rms(samples);
    this.#frames.push(samples);
    if (this.#frames.length > kept_frames) this.#frames.shift();
    this.#counts.frames_ms += frame_ms;
    this.#counts.rms_max = Math.max(this.#counts.rms_max, level);
    if (level < this.rms_min) return this.#quiet();
    this.#counts.loud_ms += frame_ms;
    this.#note_spell(Date.now());
    this.#silent_ms = 0;
    this.#loud_ms += frame_ms;
    if (this.#speaking || this.#loud_ms < began_ms) return;
    this.#speaking = true;
    this.on.began();
  }

  #quiet() {
    this.#silent_ms += frame_ms;
    if (this.#silent_ms < this.silence_ms) return;
    this.#loud_ms = 0;
    if (!this.#speaking) return;
    this.#speaking = false;
    this.on.ended();
  }

  /** Silence is counted in frames: a busy machine delivers them late, but all of them. */
  #note_spell(now_ms) {
    const last = this.#spells.at(-1);
    if (last && this.#silent_ms <= spell_gap_ms) last.to_ms = now_ms;
    else this.#spells.push({ after_silence_ms: this.#silent_ms, from_ms: now_ms, to_ms: now_ms });
  }

  heard() {
    return { ...this.#counts, spells: this.#spells };
  }

  /** @returns {import('../../sound/wav.mjs').Sound} */
  sound() {
    return { rate_hz, samples: joined(...this.#frames) };
  }
}
