// What the page itself goes through, as events.
import type { Dispatch } from './core';

/** Gives the function that ends listening. */
export function page_events(dispatch: Dispatch): () => void {
  const listening = new AbortController();
  const on = (target: EventTarget, name: string, heard: (event: Event) => void): void =>
    target.addEventListener(name, heard, { signal: listening.signal });

  on(window, 'online', () => dispatch({ type: 'online_changed', online: true }));
  on(window, 'offline', () => dispatch({ type: 'online_changed', online: false }));
  on(document, 'visibilitychange', () => dispatch({ type: 'visible_changed', visible: !document.hidden }));
  on(window, 'pagehide', () => dispatch({ type: 'page_hidden' }));
  on(window, 'storage', (event) => {
    const { key } = event as StorageEvent;
    if (key?.startsWith('shopbell.')) dispatch({ type: 'storage_changed', key });
  });
  // A tab that the browser freezes in the background is put aside in the same way.
  on(document, 'freeze', () => dispatch({ type: 'page_hidden' }));
  const shown = (): void => dispatch({ type: 'page_shown', online: navigator.onLine });
  on(document, 'resume', shown);
  on(window, 'pageshow', (event) => {
    if ((event as PageTransitionEvent).persisted) shown();
  });
  return () => listening.abort();
}
