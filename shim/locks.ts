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
    const taken = (): void => {
      if (!dropped) dispatch({ type: 'lock_taken', lock });
    };
    const hold = (): Promise<void> =>
      new Promise((release) => {
        let_go.set(lock, release);
        taken();
      });
    controller.signal.addEventListener('abort', () => (dropped = true));
    navigator.locks.request(lock, { signal: controller.signal }, hold).catch((error: Error) => {
      if (dropped) return;
      // Where the shopper forbids storage the browser forbids locks too: nothing is shared with another tab, so there is
      // nothing to wait for.
      if (error.name === 'SecurityError') taken();
      else console.warn(`${console_prefix} the lock "${lock}" could not be asked for.`, error);
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
