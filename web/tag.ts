// What a script tag does, whichever file it names: it offers window.Shopbell, and makes a widget of its own attributes if it has any.
import type { Setting } from '../shim/generated/messages';
import type { Handle, Options } from './api';
import { settings_of } from './settings';
import type { Widget } from './widget';

export const own_script = (file: string): HTMLScriptElement | null =>
  (document.currentScript as HTMLScriptElement | null) ?? document.querySelector(`script[src*="${file}"]`);

/** A second tag finds the first one's widget. A bare tag waits for the page's own call of init. */
export function offer(
  script: HTMLScriptElement | null,
  make: (settings: Setting[], gone: () => void) => Widget,
): void {
  let current: Widget | undefined;
  const init = (options?: unknown): Handle => {
    current ??= make(settings_of(options), () => (current = undefined));
    // A page that swaps its body (Turbo, Astro) takes the host away.
    current.place();
    return current.handle;
  };
  const shopbell = (window.Shopbell ??= { init });
  if (script?.dataset.apiUrl !== undefined) shopbell.init(script.dataset as Options);
}
