// Abort signals that are held. Node 20 lets the signal of AbortSignal.any be collected while only a fetch waits for it, and a fetch forgets
// its own once the head has come: then nothing ends it any more, and a silent server holds a turn for ever.

/** Aborts when the first of them does, with its reason. */
export function firstOf(...signals) {
  const first = new AbortController();
  for (const signal of signals) {
    const abort = () => first.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  }
  return first.signal;
}

/** `work`, or the signal's reason if that comes first. */
export function orAborted(signal, work) {
  const aborted = new Promise((_, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  return Promise.race([work, aborted]);
}
