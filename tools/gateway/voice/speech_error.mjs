/** A voice or a recogniser that did not do its work; `code` is a fixed word, safe to log. */
export class SpeechError extends Error {
  constructor(code, options) {
    super(code, options);
    this.code = code;
  }
}

/**
 * An abort signal that fires when `signal` does or after `silenceMs` without `heard()`. A timer of its own, not AbortSignal.timeout:
 * that one would be collected while only a promise waits for it.
 */
export function silenceLimit(signal, silenceMs, code) {
  const limit = new AbortController();
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => limit.abort(new SpeechError(code)), silenceMs);
  };
  heard();
  return {
    signal: AbortSignal.any([signal, limit.signal]),
    heard,
    end: () => clearTimeout(timer),
    /** The limit's own error where it was the cause. */
    cause: (error) => (limit.signal.aborted && !signal.aborted ? limit.signal.reason : error),
  };
}
