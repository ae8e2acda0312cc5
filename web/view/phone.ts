// On a phone the panel fills the screen: it keeps the focus inside, and an on-screen keyboard never hides the box.
import type { Dispatch } from '../../shim/core';
import type { Frame } from '../frame';
import { own_global } from '../own_global';

// As in frame.css.
const full_screen = matchMedia('(max-width: 479px), (max-height: 419px)');

const focusable = 'a[href], button, textarea, [tabindex="0"]';

/** Gives the function that ends listening. */
export function fill_phone({ panel, root }: Frame, say: Dispatch): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const visible = own_global('visualViewport');

  // A page that is wider than the screen must not widen the panel: what is visible counts, not the layout. All is read before
  // anything is written: a reading after a writing has the whole panel styled in between.
  const fit = (): void => {
    if (!full_screen.matches || !visible) return;
    const { offsetLeft, offsetTop, width, height } = visible;
    const places = { left: offsetLeft, top: offsetTop, width, height };
    for (const [name, value_px] of Object.entries(places))
      panel.style.setProperty(`--s-${name}`, `${value_px}px`);
  };

  const fill = (): void => {
    if (full_screen.matches) panel.setAttribute('aria-modal', 'true');
    else panel.removeAttribute('aria-modal');
    fit();
  };

  const keep_focus = (event: KeyboardEvent): void => {
    if (event.key !== 'Tab' || !full_screen.matches) return;
    const inside = [...panel.querySelectorAll<HTMLElement>(focusable)].filter(
      (one) => one.getClientRects().length > 0,
    );
    const edge = inside[event.shiftKey ? 0 : inside.length - 1];
    if (root.activeElement !== edge) return;
    event.preventDefault();
    inside[event.shiftKey ? inside.length - 1 : 0]?.focus();
  };

  // A followed link leads to a page that the panel would cover.
  const make_way = (event: Event): void => {
    const link = (event.target as Element).closest('a');
    if (link && !link.target && full_screen.matches) say({ type: 'close_pressed' });
  };

  fill();
  full_screen.addEventListener('change', fill, { signal });
  visible?.addEventListener('resize', fit, { signal });
  visible?.addEventListener('scroll', fit, { signal });
  panel.addEventListener('keydown', keep_focus);
  panel.addEventListener('click', make_way);
  return () => listening.abort();
}
