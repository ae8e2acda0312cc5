// A widget on a page, from its launcher on: drawn at once, with the rest loaded at the first sign of intent. Until then it touches
// neither network nor storage, but for one look at whether a conversation was left open on this tab.
import {
  stored_call_ending,
  stored_call_is_left,
  stored_left,
  stored_left_open,
  stored_prefix,
} from '../shim/generated/messages';
import type { Listeners } from '../shim/owner';
import type { Tools } from '../shim/tools';
import type { Handle, Options } from './api';
import type { App } from './app';
import { button, element } from './dom';
import { make_frame, type Frame } from './frame';
import { make_gate, type Gate } from './gate';
import { own_global } from './own_global';
import { frame_words as words } from './locales/locale';

/** What there is before the rest is loaded. */
export interface Stage {
  frame: Frame;
  gate: Gate;
  listeners: Listeners;
  /** What the page has offered to agents; the app hears of more. */
  offers: Tools[];
  options: Options;
  /** The page has taken the widget away. */
  is_ended(): boolean;
  destroy(): void;
}

/** Loads the rest and attaches it; rejects before anything has run. Undefined: the widget was ended meanwhile. */
export type Begin = (stage: Stage) => Promise<App | undefined>;

export interface Widget {
  handle: Handle;
  /** Puts it on the page, from where a swap of the body may have taken it. */
  place(): void;
  /** Begins without waiting for a sign of intent. */
  want(): void;
}

/** What the core wrote of the panel: `stored_left_open`; any other text: it is closed, and a message waits behind it. */
export function left(): string {
  try {
    return sessionStorage.getItem(stored_left) ?? '';
  } catch {
    return '';
  }
}

/** Another tab of the shop has left its call, whatever back end it is of. */
const tells_of_a_call_left = ({ key, newValue }: StorageEvent): boolean | undefined =>
  key?.startsWith(stored_prefix) &&
  key.endsWith(stored_call_ending) &&
  newValue?.includes(stored_call_is_left);

/** Of the page, whichever of its widgets there is. */
export const page_offers: Tools[] = [];
export const tools = (more: Tools): void => void page_offers.push(more);

export function make_widget(
  options: Options,
  begin: Begin,
  gone: () => void,
  listeners: Listeners = new Map(),
  offers = page_offers,
): Widget & Stage {
  let loading = false;
  let ended = false;
  let app: App | undefined;
  let notice: HTMLElement | undefined;

  // In a task of its own, with the panel's styles. Its layout follows with the next frame (frame.css), so that the press that opens it
  // has little left to do.
  const busy = (on: boolean): void => {
    loading = on;
    setTimeout(() => {
      frame.stage.toggleAttribute('data-loading', loading);
      void getComputedStyle(frame.box).color;
    });
  };

  const failed = (error: unknown): void => {
    busy(false);
    if (ended) return;
    console.error('[Shopbell] the chat could not be loaded:', error);
    gate.give_back();
    const again = button({ part: 'reload' }, words.try_again);
    again.addEventListener('click', want);
    notice = element('div', { part: 'failed', role: 'alert' }, words.cannot_load, again);
    frame.composer.before(notice);
  };

  const want = (): void => {
    if (loading || app || ended) return;
    notice?.remove();
    busy(true);
    begin(stage)
      .then((attached) => {
        app = attached;
        busy(false);
      })
      .catch(failed);
  };

  const frame = make_frame((event, consume) => gate.say(event, consume), options.topLayer === 'on');
  const gate = make_gate(frame, want);
  frame.look(options);
  for (const intent of ['pointerenter', 'focus'])
    frame.launcher.addEventListener(intent, want, { once: true });

  const listening = new AbortController();
  const place = (): void => {
    if (!ended) frame.place();
  };
  const body_swaps = new MutationObserver(place);
  const destroy = (): void => {
    if (ended) return;
    ended = true;
    app?.end();
    frame.host.remove();
    listeners.clear();
    listening.abort();
    body_swaps.disconnect();
    gone();
  };
  const stage = { frame, gate, listeners, offers, options, is_ended: () => ended, destroy };
  place();
  // A tag in the head runs before there is a body, and a page may swap its body without running the tag again.
  body_swaps.observe(document.documentElement, { childList: true });
  // Storage waits for the browser; the launcher's first frame does not wait for it.
  setTimeout(() => {
    if (ended) return;
    // This one may take it up (wasm/core/machines/call_place.h).
    addEventListener('storage', (event) => tells_of_a_call_left(event) && want(), listening);
    const was = left();
    if (was) {
      frame.show(was === stored_left_open, 'stay');
      want();
    } else if (options.preload === 'idle') (own_global('requestIdleCallback') ?? setTimeout)(want);
  }, 50);

  const handle: Handle = {
    open: () => gate.say({ type: 'page_open' }),
    close: () => gate.say({ type: 'page_close' }),
    send: (text) => gate.say({ type: 'page_send', text: String(text) }),
    on(name, listener) {
      const heard = listeners.get(name) ?? new Set();
      listeners.set(name, heard.add(listener));
      return () => void heard.delete(listener);
    },
    tools,
    destroy,
  };
  return { ...stage, handle, place, want };
}
