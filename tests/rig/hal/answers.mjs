// What stands behind the gateway: a router that finds an intent, a memory of one connection, and a voice. The test gives the words.
import { within } from './time.mjs';

const confidences = { builtin: 0.95, home_assistant: 0.9, database: 0.85, llm: 0.7, error: 0 };
const exchanges_kept = 10;

const asks_the_clock = (text) => /\b(what|current|tell me)\b/i.test(text) && /\b(time|date)\b/i.test(text);
const greets = (text) => text.length < 20 && /\b(hello|hi|hey)\b/i.test(text);
export const intent_of = (text) => (asks_the_clock(text) || greets(text) ? 'builtin' : 'llm');

/** What the server says where a test does not care; its clock stands, so that two runs say the same. */
export function plain_answer(text) {
  if (asks_the_clock(text))
    return /\bdate\b/i.test(text) ? "Today's date is June 1, 2026." : 'The current time is 12:00 PM.';
  return greets(text) ? 'Hello! How can I help you today?' : `You said: ${text}`;
}

/** A voice where a test does not care: it is heard, and it is no speech. @returns {import('../sound/wav.mjs').Sound} */
export function tone({ seconds = 0.2, rate_hz = 24_000, hz = 440 } = {}) {
  const samples = Float32Array.from({ length: seconds * rate_hz }, (_, i) =>
    Math.sin((2 * Math.PI * hz * i) / rate_hz),
  );
  return { rate_hz, samples: samples.map((value) => value * 0.3) };
}

/** One connection's conversation: it begins with the connection and ends with it. */
export class Conversation {
  #exchanges = [];

  constructor(dialect, { answer, sound, call_limit_ms }) {
    Object.assign(this, { dialect, answer, sound, call_limit_ms });
  }

  /** @returns {Promise<object>} the frame that answers `text` */
  async respond(text) {
    const routed = await this.#route(text);
    this.#exchanges = [...this.#exchanges, { said: text, answered: routed.text }].slice(-exchanges_kept);
    return this.dialect.response(routed, await this.#speak(routed.text));
  }

  async #route(text) {
    try {
      const given = await this.answer(text, this.#exchanges.slice(-this.dialect.exchanges_told));
      const answer = typeof given === 'string' ? { text: given } : given;
      const intent = answer.intent ?? intent_of(text);
      return { intent, confidence: confidences[intent], ...answer };
    } catch (error) {
      const text = `I encountered an error processing your request: ${error.message}`;
      return { text, intent: 'error', confidence: confidences.error };
    }
  }

  /** Without a voice the answer is sent all the same. */
  async #speak(text) {
    try {
      return (await within(this.call_limit_ms, this.sound(text))) ?? null;
    } catch {
      return null;
    }
  }
}
