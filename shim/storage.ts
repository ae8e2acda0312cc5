// localStorage and sessionStorage. Synchronous; a refusal comes back as an event, never as an exception.
import type { Concern } from './core';
import type { Area, Entry, Event } from './generated/messages';

/** Getters, since even touching `localStorage` throws where the shopper forbids it. */
export type Areas = Readonly<Record<Area, () => Storage>>;

export const page_areas: Areas = { shop: () => localStorage, tab: () => sessionStorage };

/** The first look into a storage waits for the browser to read it: done before the core asks, it lengthens no step of the core's. */
export function wake(areas: Areas): void {
  try {
    void areas.shop().length;
  } catch {
    // The core will hear of it.
  }
}

const name_of = (error: unknown): string => (error as Error).name || String(error);

export function storage(
  areas: Areas,
  answer: (event: Event) => void,
): Concern<'storage_load' | 'storage_set' | 'storage_remove'> {
  const entries_of = (store: Storage, prefix: string): Entry[] => {
    const entries: Entry[] = [];
    for (let index = 0; index < store.length; index += 1) {
      const key = store.key(index);
      if (key?.startsWith(prefix)) entries.push({ key, value: store.getItem(key) ?? '' });
    }
    return entries;
  };

  return {
    handlers: {
      storage_load({ area, prefix }) {
        let entries: Entry[] = [];
        let refused = '';
        try {
          entries = entries_of(areas[area](), prefix);
        } catch (error) {
          refused = name_of(error);
        }
        answer({ type: 'storage_loaded', area, prefix, entries, refused });
      },
      storage_set({ area, key, value }) {
        try {
          areas[area]().setItem(key, value);
        } catch (error) {
          answer({ type: 'storage_refused', key, full: name_of(error).includes('Quota') });
        }
      },
      storage_remove({ area, key }) {
        try {
          areas[area]().removeItem(key);
        } catch {
          // Where storage is refused there is nothing to remove.
        }
      },
    },
    reset() {},
  };
}
