// What a page's owner can call and hear: window.Shopbell.
import type { Listener, PageNews } from '../shim/owner';
import type { Tool, Tools } from '../shim/tools';

export type { Listener, PageNews, Tool, Tools };

/** The tag's data-* attributes in camel case (data-api-url is apiUrl). A wrong value is told in the console when the chat is first loaded. */
export interface Options {
  /** Address of the back end; the origin of the widget's own files when left out. */
  apiUrl?: string;
  apiKey?: string;
  backend?: string;
  idempotency?: 'on' | 'off' | boolean;
  voice?: string;
  position?: 'bottom-right' | 'bottom-left';
  colorScheme?: 'auto' | 'light' | 'dark';
  /** Any CSS colour; text on it is drawn black or white, whichever reads better. */
  primaryColor?: string;
  botName?: string;
  botSubtitle?: string;
  greeting?: string;
  placeholder?: string;
  /** `idle` loads the widget's core in the page's first quiet moment instead of at the first sign of intent. */
  preload?: 'intent' | 'idle';
  /** The microphone is heard while a button is held. */
  pushToTalk?: 'on' | 'off' | boolean;
  /**
   * A file on the page's own origin with the one line `import('https://…/voice-worker.js')`, for a page whose policy allows no
   * worker from a blob: address; or `none`, where it allows none at all: a try would cost a report.
   */
  workerUrl?: string;
  /** Where the tag lies, on a page whose optimiser runs it without `document.currentScript`. */
  scriptUrl?: string;
  /** `off`: the page's policy refuses WebAssembly, and finding that out would cost a report. */
  wasm?: 'on' | 'off';
  /** Over everything that the page has put on top. A dialog that the page opens later is over it all the same. */
  topLayer?: 'on' | 'off';
}

/** Works at once: what is asked before the core has loaded is done when it has. */
export interface Handle {
  open(): void;
  close(): void;
  send(text: string): void;
  /**
   * `ready`: all is loaded, after the first sign of intent; again when the page comes out of the back-forward cache. `open`, `close`: the
   * panel. `message`: the shopper said it (`id`, `text`). `sent`: the server has it (`id`). `reply`: a whole answer (`id`, `text`).
   * `error`: its `code`, and the `id` of the message that it is about, if of one. Gives the function that ends listening.
   */
  on(name: PageNews['event'], listener: Listener): () => void;
  /** As `Shopbell.tools`. */
  tools(offered: Tools): void;
  /** Takes everything away; `Shopbell.init` may then start anew. */
  destroy(): void;
}

export interface Shopbell {
  /** A second call gives the handle of the widget that is there. */
  init(options?: Options): Handle;
  /**
   * Offers agents what the page can do, where the back end's agents can use it (`ag-ui`). Any time: a tool of a name that was there takes
   * its place. Whatever is not `readOnly` runs only after the shopper has allowed it, and once.
   */
  tools(offered: Tools): void;
}

declare global {
  interface Window {
    Shopbell?: Shopbell;
  }
}
