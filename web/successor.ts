// A version as another version's moving tag runs it: this file is imported, checked, by switch.ts. What `prepare` and `begin` take and give
// is what two versions know of each other, whatever else changes between them; once released, it stays as it is.
import { url } from '../shim/fetch';
import { version } from '../shim/files';
import type { Setting } from '../shim/generated/messages';
import type { Listeners } from '../shim/owner';
import type { Handle } from './api';
import type { App } from './app';
import { prepare as prepare_own, run, type Loaded } from './version';
import { make_widget, type Stage } from './widget';

/** Fetches and checks the version's files; `base` is their folder. Nothing of them runs yet. */
export const prepare = (base: string, settings: Setting[]): Promise<unknown> => prepare_own(base, settings);

/** Draws the widget, with this text in the box, and runs what was prepared. */
export function begin(
  base: string,
  prepared: unknown,
  settings: Setting[],
  listeners: Listeners,
  draft: string,
): { handle: Handle; host: HTMLElement } {
  const widget = make_widget(
    settings,
    (stage) => run(stage, base, prepared as Loaded),
    () => undefined,
    listeners,
  );
  const { box, host } = widget.frame;
  box.value = draft;
  box.dispatchEvent(new Event('input'));
  widget.want();
  return { handle: widget.handle, host };
}

/** For the version's own tag, where no other version can be looked for. */
export async function stay(stage: Stage, tag: string): Promise<App | undefined> {
  const base = url(`${version}/`, tag);
  return run(stage, base, await prepare_own(base, stage.settings));
}
