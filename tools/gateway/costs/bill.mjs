// What one attempt at an answer costs. Its price was taken beforehand (admission.mjs): the most requests that it may make, and the tokens
// of the first. What it needs beyond that is counted while it runs, so that a failure, a stop or a crash leaves it counted; what it did
// not need is given back at its end. A server that reports its tokens knows better than the estimate.
import { estimateTokens } from './limits.mjs';

// Streamed text is written down in steps: a crash may lose one.
const stepTokens = 100;

export class Bill {
  #taken;
  #used = { model_requests: 0, tokens: 0 };
  #settledTokens = 0;

  /** @param {import('./spending.mjs').Spending} spending @param {{model_requests?: number, tokens?: number}} price */
  constructor(spending, address, { model_requests = 0, tokens = 0 }) {
    Object.assign(this, { spending, address });
    this.#taken = { model_requests, tokens };
  }

  get tokens() {
    return Math.ceil(this.#used.tokens);
  }

  /** The model is asked. */
  asked(characters) {
    this.#used.model_requests += 1;
    this.#used.tokens += estimateTokens(characters);
    this.#count('model_requests');
    this.#count('tokens');
  }

  /** It says something. */
  said(characters) {
    this.#used.tokens += characters / 4;
    this.#count('tokens', stepTokens);
  }

  /** It has ended well; `tokens` are its own count, 0 where it has none. */
  answered(tokens) {
    if (tokens > 0) this.#used.tokens = this.#settledTokens + tokens;
    this.#settledTokens = this.#used.tokens;
  }

  stored(bytes) {
    this.spending.add(this.address, 'stored_bytes', bytes);
  }

  end() {
    for (const what of ['model_requests', 'tokens']) {
      this.spending.add(this.address, what, this.#used[what] - this.#taken[what]);
      this.#taken[what] = this.#used[what];
    }
  }

  #count(what, step = 0) {
    const more = this.#used[what] - this.#taken[what];
    if (more <= step) return;
    this.spending.add(this.address, what, more);
    this.#taken[what] = this.#used[what];
  }
}
