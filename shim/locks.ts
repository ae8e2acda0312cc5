// Web Locks: held until dropped, or until the page ends.
import { console_prefix, type Concern, type Dispatch } from './core';

/** Absent on plain http; a document without an origin has the object but may not use it. */
export const have_locks = (): boolean => Boolean(navigator.locks) && origin !== 'null';

export function locks(dispatch: Dispatch): Concern<'lock_take' | 'lock_drop'> {
  const let_go = new Map<string, () => void>();

  const take = (lock: string): void => {
    const controller = new AbortController();
    let dropped = false;
    let_go.set(lock, () => controller.abort());
    const hold = (): Promise<void> =>
      new Promise((release) => {
        let_go.set(lock, release);
        if (!dropped) dispatch({ type: 'lock_taken', lock });
      });
    controller.signal.addEventListener('abort', () => (dropped = true));
    navigator.locks.request(lock, { signal: controller.signal }, hold).catch((error: Error) => {
      if (dropped) return;
      const denied = error.name === 'SecurityError';
      // Where the shopper forbids it, it is nothing to be told of.
      if (!denied) console.warn(`${console_prefix} the lock "${lock}" could not be had.`, error);
      dispatch({ type: 'lock_refused', lock, denied });
    });
  };

  const drop = (lock: string): void => {
    let_go.get(lock)?.();
    let_go.delete(lock);
  };

  return {
    handlers: {
      lock_take: ({ lock }) => take(lock),
      lock_drop: ({ lock }) => drop(lock),
    },
    reset() {
      for (const lock of [...let_go.keys()]) drop(lock);
    },
  };
}
