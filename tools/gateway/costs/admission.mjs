// Whether an attempt at an answer may be made. Every attempt passes here, the first one and those of a message whose answer failed, was cut
// by a crash, or is asked for again: what an attempt costs does not depend on how the one before it ended.
import { Bill } from './bill.mjs';
import { sessionLimit } from './limits.mjs';

// A row with its indexes, beside its texts.
const rowBytes = 1000;

/**
 * @typedef {object} Refusal
 * @property {'attempts'|'often'|'budget'} why the message had its attempts; this address or session was too fast; the day's budget is spent
 * @property {import('./limits.mjs').Verdict} [verdict] when it may be tried again
 */

export class Admission {
  /** @param {{config: object, store: object, spending: import('./spending.mjs').Spending, assistant: object, now: () => number}} parts */
  constructor(parts) {
    Object.assign(this, parts);
  }

  /**
   * @param {object} request as for Turns, and the address that pays
   * @param {number} attempt 1: the message is new
   * @returns {{bill: Bill}|{refusal: Refusal}}
   */
  attempt(request, attempt = 1) {
    const { config, store, spending, assistant, now } = this;
    const { address, scope, sessionId, message, image } = request;
    if (attempt > config.answerAttemptsMax) return { refusal: { why: 'attempts' } };
    const session = sessionLimit(store, scope, sessionId, config.sessionTurnsPerHour, now());
    if (!session.allowed) return { refusal: { why: 'often', verdict: session } };
    const stored_bytes = rowBytes + Buffer.byteLength(message) + (image?.length ?? 0);
    const price = assistant.priceOf(request);
    const over = spending.take(address, { ...price, stored_bytes });
    if (over) return { refusal: { why: over.whose === 'address' ? 'often' : 'budget', verdict: over } };
    return { bill: new Bill(spending, address, price) };
  }
}
