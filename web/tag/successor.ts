// A version as another version's moving tag runs it: this file is imported, checked, by switch.ts. What `prepare` and `begin` take and give
// is what two versions know of each other, whatever else changes between them; once released, it stays as it is.
import type { Setting } from '../../shim/generated/messages';
import type { Listeners } from '../../shim/owner';
import type { Tools } from '../../shim/tools';
import type { Handle } from '../api';
import { options_of } from '../settings';
import { prepare as prepare_own, run, type Loaded } from './version';
import { make_widget } from '../widget';

/** Fetches and checks the version's files; `base` is their folder. Nothing of them runs yet. */
export const prepare = (base: string, settings: Setting[]): Promise<unknown> =>
  prepare_own(base, options_of(settings));

/** Draws the widget, with this text in the box, and runs what was prepared. An older version's tag gives no offers. */
export function begin(
  base: string,
  prepared: unknown,
  settings: Setting[],
  listeners: Listeners,
  draft: string,
  offers: Tools[] = [],
): { handle: Handle; host: HTMLElement } {
  const widget = make_widget(
    options_of(settings),
    (stage) => run(stage, base, prepared as Loaded),
    () => undefined,
    listeners,
    offers,
  );
  const { box, host } = widget.frame;
  box.value = draft;
  box.dispatchEvent(new Event('input'));
  widget.want();
  return { handle: widget.handle, host };
}
