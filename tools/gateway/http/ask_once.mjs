// A message that came over HTTP and the making of its answer. What comes again under its key joins the answer that is there or being made,
// which costs nothing more; every attempt at one must be let through (costs/admission.mjs).
import { tooManyRequests } from '../costs/limits.mjs';

const refusals = {
  budget: {
    status: 503,
    headers: {},
    body: {
      error: 'Service temporarily unavailable',
      message: 'Daily usage limit reached. Please try again tomorrow.',
    },
  },
  full: {
    status: 503,
    headers: { 'Retry-After': '5' },
    body: {
      error: 'Service temporarily unavailable',
      message: 'The shop takes no messages at the moment. Please try again.',
      retryAfter: 5,
    },
  },
  attempts: {
    status: 422,
    headers: {},
    body: {
      error: 'No answer',
      message: 'This message could not be answered. Please put it in other words.',
    },
  },
  conflict: {
    status: 422,
    headers: {},
    body: {
      error: 'Idempotency key reused',
      message: 'This Idempotency-Key was already used with another message',
    },
  },
};

/**
 * @param {object} turn as for Turns
 * @param {{turns: import('../assistant/turns.mjs').Turns, admission: import('../costs/admission.mjs').Admission}} parts
 * @returns {{run: import('../assistant/turns.mjs').Run}|{refusal: object}}
 */
export function askOnce(turn, { turns, admission }) {
  const existing = turns.existing(turn);
  if (existing?.conflict) return { refusal: refusals.conflict };
  return existing?.run ? existing : begun(turn, existing?.again, { turns, admission });
}

/** A new turn is stored first, then answered; one without an answer is answered again. */
function begun(turn, again, { turns, admission }) {
  const { bill, refusal } = admission.attempt(turn, again?.attempt);
  if (refusal?.why === 'often') return { refusal: tooManyRequests(refusal.verdict) };
  if (refusal) return { refusal: refusals[refusal.why] };
  try {
    return {
      run: again ? turns.restart(turn, again.turnId, bill) : turns.begin(turn, turns.keep(turn), bill),
    };
  } catch (error) {
    bill.end();
    // Nothing of it was stored, so it may come again as it is; of other failures nobody knows.
    if (error.code === 'SQLITE_FULL') return { refusal: refusals.full };
    throw error;
  }
}
