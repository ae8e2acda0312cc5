// Waiting, and speaking word by word.
import { setTimeout as sleep } from 'node:timers/promises';

/** @param {AbortSignal} signal an abort ends the wait with its error */
export async function wait(ms, signal) {
  signal.throwIfAborted();
  if (ms > 0) await sleep(ms, undefined, { signal });
}

/** Words with the space behind them; together they are exactly `text`. */
export function words(text) {
  return text.match(/\s*\S+\s*/g) ?? [];
}

export async function speak(text, paceMs, { delta, signal }) {
  for (const word of words(text)) {
    await wait(paceMs, signal);
    delta(word);
  }
}
