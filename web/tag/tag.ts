// What a script tag does, whichever file it names: it offers window.Shopbell, and makes a widget of its own attributes if it has any.
//
// What it takes from the page it reads where only scripts can have put it: reviews and other texts of a shop's customers hold HTML, and
// every element with a `name` or an `id` answers to that on `document` and `window`.
import { console_prefix } from '../../shim/core';
import type { Handle, Options, Shopbell } from '../api';
import { own_global } from '../own_global';
import { tools, type Widget } from '../widget';

/** What an earlier tag has put on window. */
export function offered<K extends 'Shopbell' | 'TradeZoneChatEnhanced'>(name: K): Window[K] | undefined {
  const there = own_global(name);
  return there?.init && there;
}

/** The tag that runs. The document is never searched for it: what would be found there anybody may have written. */
function own_script(): HTMLScriptElement | undefined {
  const script = document.currentScript;
  if (script instanceof HTMLScriptElement && script.src) return script;
  console.warn(`${console_prefix} no document.currentScript: init needs scriptUrl.`);
  return undefined;
}

/**
 * A second tag finds the first one's widget. A bare tag waits for the page's own call of init. `make` is given the tag's address;
 * `defaults` are for what the page leaves out.
 */
export function offer(
  make: (src: string, options: Options, gone: () => void) => Widget,
  defaults?: Options,
): Shopbell {
  const script = own_script();
  let current: Widget | undefined;
  const init = (options?: Options): Handle => {
    current ??= make(
      options?.scriptUrl ?? script?.src ?? '',
      { ...defaults, ...options },
      () => (current = undefined),
    );
    // A page that swaps its body (Turbo, Astro) takes the host away.
    current.place();
    return current.handle;
  };
  const shopbell = offered('Shopbell') ?? (window.Shopbell = { init, tools });
  if (script?.dataset.apiUrl !== undefined) shopbell.init(script.dataset as Options);
  return shopbell;
}
