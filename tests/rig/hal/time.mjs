// Times that both sides of a test can compare, and waits that end with the server.

/** Of the epoch, and never set back. */
export const now_ms = () => performance.timeOrigin + performance.now();

/** @returns {Promise<never>} */
const limit = (ms, timer) =>
  new Promise((_, reject) => (timer.id = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms)));

/** The gateway gives its recogniser and its voice so long and no longer. */
export async function within(ms, work) {
  const timer = {};
  try {
    return await Promise.race([work, limit(ms, timer)]);
  } finally {
    clearTimeout(timer.id);
  }
}

/** A wait that `until` cuts short; Infinity lasts until then. */
export async function pause(ms, until) {
  if (ms <= 0) return;
  let timer;
  const over = new Promise((resolve) => ms !== Infinity && (timer = setTimeout(resolve, ms)));
  await Promise.race([over, until]);
  clearTimeout(timer);
}

/** A gate that is open until somebody closes it: a server that hangs. */
export function make_gate() {
  let closed = null;
  return {
    is_closed: () => closed !== null,
    passes: () => closed?.promise,
    close() {
      if (closed) return;
      closed = {};
      closed.promise = new Promise((resolve) => (closed.open = resolve));
    },
    open() {
      closed?.open();
      closed = null;
    },
  };
}
