// What the core's artefact gives (wasm/bindings/core_face.cpp), and the words that all of the shim shares.
import type { Command, Event } from './generated/messages';

export interface Face {
  /** The answer is a view of the core's memory: valid until the next call. `now_ms` is monotonic, `wall_ms` the shopper's clock. */
  handle(event: Uint8Array, now_ms: number, wall_ms: number): Uint8Array;
  /** When the core wants a `tick`, on the monotonic clock; Infinity: not at all. */
  deadline(): number;
  delete(): void;
}

export interface Core {
  Face: new () => Face;
}

/** Gives a fresh instance of the module, with a memory of its own. */
export type MakeCore = () => Promise<Core>;

type Handler<T extends Command['type']> = (command: Extract<Command, { type: T }>) => void;

/** One handler for each of the named commands; `Handlers` is complete, so the type checker misses none. */
export type HandlersOf<T extends Command['type']> = { [K in T]: Handler<K> };
export type Handlers = HandlersOf<Command['type']>;

/** Tells the core. `consume` is preventDefault() of the DOM event that is being handled, if there is one. */
export type Dispatch = (event: Event, consume?: () => void) => void;

/** A concern of the shim: what it holds open is let go by `reset`, and it can be used again afterwards. */
export interface Concern<T extends Command['type']> {
  handlers: HandlersOf<T>;
  reset(): void;
}

/** Begins each line that the widget itself writes to the console. */
export const console_prefix = '[Shopbell]';
