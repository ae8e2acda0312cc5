// What the shop's owner hears: console lines and handle.on() listeners.
import { console_prefix, type Concern } from './core';
import type { Command } from './generated/messages';

type Emit = Extract<Command, { type: 'emit' }>;

/** What a listener is given. Fields that do not apply are empty; `code` is "none" where nothing went wrong. */
export type PageNews = Omit<Emit, 'type'>;
export type Listener = (news: PageNews) => void;
export type Listeners = Map<string, Set<Listener>>;

export function owner(listeners: Listeners): Concern<'console' | 'emit'> {
  return {
    handlers: {
      console: ({ level, text }) => console[level](text),
      emit({ event, id, text, code }) {
        for (const listener of [...(listeners.get(event) ?? [])]) {
          try {
            listener({ event, id, text, code });
          } catch (error) {
            console.error(`${console_prefix} a listener for "${event}" failed.`, error);
          }
        }
      },
    },
    reset() {},
  };
}
