// The agent's voice: Debian's espeak-ng, in frames of 10 ms, with its words as they are spoken.
import { speak } from '../../sound/speech.mjs';

const rate_hz = 24_000;
const frame_ms = 10;
const frame_samples = (rate_hz * frame_ms) / 1_000;
// So much is given away in advance: after a stop it is taken back, so it is not heard.
const queue_ms = 100;

/** Debian's voice has no times of words: each begins where its share of the letters does. */
function parts_of(text, frames) {
  const words = text.match(/\S+\s*/g) ?? [];
  let letters = 0;
  return words.map((word) => {
    const at_frame = Math.floor((letters / text.length) * frames);
    letters += word.length;
    return { word, at_frame };
  });
}

export class Mouth {
  #turn = 0;

  constructor(rtc) {
    this.rtc = rtc;
    this.source = new rtc.AudioSource(rate_hz, 1, queue_ms);
  }

  /** Each frame has memory of its own: the library sends from the beginning of what lies behind an array. */
  #frame(samples, from) {
    const data = new Int16Array(frame_samples);
    for (let i = 0; i < frame_samples; i += 1) data[i] = Math.round((samples[from + i] ?? 0) * 32_767);
    return new this.rtc.AudioFrame(data, rate_hz, 1, frame_samples);
  }

  /** @returns {Promise<boolean>} whether it came to its end */
  async #play(samples, on_frame = async () => {}) {
    const turn = (this.#turn += 1);
    this.source.clearQueue();
    for (let frame = 0; frame * frame_samples < samples.length; frame += 1) {
      await on_frame(frame);
      if (turn !== this.#turn) return false;
      await this.source.captureFrame(this.#frame(samples, frame * frame_samples));
    }
    await this.source.waitForPlayout();
    return turn === this.#turn;
  }

  /** @param {(part: string) => Promise<void>} on_part  with each word, as it begins */
  async say(text, on_part) {
    const { samples } = speak(text, { rate_hz });
    const parts = parts_of(text, samples.length / frame_samples);
    let said = '';
    const whole = await this.#play(samples, async (frame) => {
      while (parts.length > 0 && parts[0].at_frame <= frame) {
        const { word } = parts.shift();
        said += word;
        await on_part(word);
      }
    });
    return { interrupted: !whole, text: said };
  }

  /** No speech, but heard at once. */
  tone(tone_ms) {
    const length = (rate_hz * tone_ms) / 1_000;
    return this.#play(
      Float32Array.from({ length }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 440 * i) / rate_hz)),
    );
  }

  /** In mid-word. */
  stop() {
    this.#turn += 1;
    this.source.clearQueue();
  }
}
