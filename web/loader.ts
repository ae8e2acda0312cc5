// The one tag: draws the launcher, and loads the rest at the first sign of intent. Until then it touches neither network nor
// storage, but for one look at whether a conversation was left open on this tab.
import type { Setting } from '../shim/generated/messages';
import * as files from '../shim/files';
import { load } from '../shim/load';
import type { Listeners } from '../shim/owner';
import { refuses_wasm } from '../shim/wasm';
import type { Handle, Options, Shopbell } from './api';
import type { attach, App } from './app';
import { button, element } from './dom';
import { make_frame } from './frame';
import { make_gate } from './gate';
import { frame_words } from './locales/locale';
import { settings_of, value_of } from './settings';

const script =
  (document.currentScript as HTMLScriptElement | null) ??
  document.querySelector<HTMLScriptElement>('script[src*="shopbell.js"]');
const base = script?.src || document.baseURI;

/** The core writes this key while the panel is open (wasm/core/session.h). */
function left_open(): boolean {
  try {
    return sessionStorage.getItem('shopbell.1.open') === '1';
  } catch {
    return false;
  }
}

function start(settings: Setting[], gone: () => void): { handle: Handle; place(): void } {
  const words = frame_words();
  const listeners: Listeners = new Map();
  let loading = false;
  let ended = false;
  let app: App | undefined;
  let notice: HTMLElement | undefined;

  const busy = (on: boolean): void => {
    loading = on;
    frame.stage.toggleAttribute('data-loading', on);
  };

  const failed = (error: unknown): void => {
    busy(false);
    if (ended) return;
    console.error(
      '[Shopbell] the chat could not be loaded. Check that the files beside shopbell.js are served and allowed.',
      error,
    );
    gate.end(false);
    const again = button({ part: 'reload' }, words.try_again);
    again.addEventListener('click', want);
    notice = element('div', { part: 'banner', role: 'alert' }, element('span', {}, words.cannot_load), again);
    frame.composer.before(notice);
  };

  const plain = (): boolean => value('wasm') === 'off' || refuses_wasm();
  const want = (): void => {
    if (loading || app || ended) return;
    notice?.remove();
    busy(true);
    load<{ attach: typeof attach }>(
      base,
      value('backend') === 'shopbell'
        ? [files.core_shopbell_js, plain() ? files.core_shopbell_plain_js : files.core_shopbell_wasm]
        : [files.core_js, plain() ? files.core_plain_js : files.core_wasm],
      plain(),
    )
      .then(async ([{ attach }, glue, module]) => {
        app = await attach({ frame, gate, listeners, settings, glue, module, base, is_ended: () => ended });
        busy(false);
      })
      .catch(failed);
  };

  const gate = make_gate(() => frame, want);
  const value = (name: string): string => value_of(settings, name);
  const frame = make_frame(words, gate.say, value('top-layer') === 'on');
  frame.look({
    position: value('position'),
    color_scheme: value('color-scheme'),
    primary_color: value('primary-color'),
    bot_name: value('bot-name'),
    bot_subtitle: value('bot-subtitle'),
    placeholder: value('placeholder'),
  });
  for (const intent of ['pointerenter', 'pointerdown', 'focus'])
    frame.launcher.addEventListener(intent, want, { once: true });

  const place = (): void => {
    if (!ended) frame.place();
  };
  place();
  // A tag in the head runs before there is a body.
  document.addEventListener('DOMContentLoaded', place);
  if (left_open()) {
    frame.show(true, 'stay');
    want();
  } else if (value('preload') === 'idle') {
    (window.requestIdleCallback ?? setTimeout)(want);
  }

  const handle: Handle = {
    open: () => gate.say({ type: 'page_open' }),
    close: () => gate.say({ type: 'page_close' }),
    send: (text) => gate.say({ type: 'page_send', text: String(text) }),
    on(name, listener) {
      const heard = listeners.get(name) ?? new Set();
      listeners.set(name, heard.add(listener));
      return () => void heard.delete(listener);
    },
    destroy() {
      if (ended) return;
      ended = true;
      app?.end();
      frame.host.remove();
      listeners.clear();
      gone();
    },
  };
  return { handle, place };
}

let current: ReturnType<typeof start> | undefined;

function init(options?: unknown): Handle {
  current ??= start(settings_of(options), () => (current = undefined));
  // A page that swaps its body (Turbo, Astro) takes the host away.
  current.place();
  return current.handle;
}

// A second tag finds the first one's widget.
const shopbell: Shopbell = (window.Shopbell ??= { init });
// A bare tag waits for the page's own call of init.
if (script?.dataset.apiUrl !== undefined) shopbell.init(script.dataset as Options);
