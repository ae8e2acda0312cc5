// The gate between the frame and the core. While no core runs, presses wait here and the frame shows what they will do
// anyway: a press opens it, Enter takes the box's text. When a core runs, everything goes straight through.
//
// One wish is one composition here too: the first Enter takes the text out of the box and keeps it with the event, so the
// next one finds an empty box. Whatever the box holds when the core comes is newer than any draft the core remembers.
import type { Dispatch } from '../shim/core';
import type { Event, Focus } from '../shim/generated/messages';
import { element } from './dom';
import type { Frame } from './frame';

export type Gate = ReturnType<typeof make_gate>;

/** `wanted`: called when something waits for a core. */
export function make_gate(frame: () => Frame, wanted: () => void) {
  let waiting: Event[] = [];
  let ghosts: HTMLElement[] = [];
  let through: Dispatch | undefined;
  let handing_over = true;
  let panel_last: [open: boolean, focus: Focus] | undefined;
  let box_kept = false;
  let ended = false;

  const take = (text: string): void => {
    if (!text.trim()) return;
    const ghost = element('div', { class: 'ghost', dir: 'auto' }, text);
    ghosts.push(ghost);
    frame().rows.append(ghost);
    frame().box.value = '';
    box_kept = false;
  };

  const clear_ghosts = (): string[] => {
    const texts = ghosts.map((ghost) => ghost.textContent ?? '');
    for (const ghost of ghosts) ghost.remove();
    ghosts = [];
    return texts;
  };

  const foresee_panel = (event: Event): void => {
    const { show, is_open } = frame();
    const { type } = event;
    if (type === 'launcher_pressed') show(!is_open(), is_open() ? 'launcher' : 'box');
    if (type === 'page_open') show(true, 'box');
    if (type === 'page_close') show(false, 'stay');
    const escape = type === 'key_pressed' && event.key === 'Escape' && !event.composing;
    if (escape || type === 'close_pressed') show(false, 'launcher');
  };

  const foresee_box = (event: Event, consume?: () => void): void => {
    if (event.type === 'send_pressed') take(event.text);
    if (event.type === 'draft_changed') box_kept = event.text !== '';
    if (event.type !== 'key_pressed' || event.key !== 'Enter') return;
    if (event.composing || event.shift || !event.in_box) return;
    consume?.();
    take(event.text);
  };

  const say: Dispatch = (event, consume) => {
    if (through) return through(event, consume);
    foresee_panel(event);
    if (ended) return;
    foresee_box(event, consume);
    // The box's text as it is at last is handed over in any case, and typing alone is no wish to load again.
    if (event.type === 'draft_changed') return;
    waiting.push(event);
    wanted();
  };

  return {
    say,

    /** A core runs: what waits goes to it in order. */
    open(to: Dispatch): void {
      through = to;
      clear_ghosts();
      for (const event of waiting.splice(0)) to(event);
      if (box_kept) to({ type: 'draft_changed', text: frame().box.value });
      box_kept = false;
      handing_over = false;
      if (panel_last) frame().show(...panel_last);
    },

    /** No core runs: presses wait again. */
    close(): void {
      through = undefined;
      handing_over = true;
      panel_last = undefined;
      box_kept = frame().box.value !== '';
    },

    /**
     * No core will come, or (`for_good` false) none by itself. What was taken out of the box goes back, so that nothing
     * typed is lost. The panel can still be opened and closed.
     */
    end(for_good: boolean): void {
      const { box } = frame();
      box.value = [...clear_ghosts(), box.value].filter(Boolean).join('\n');
      box_kept = box.value !== '';
      waiting = waiting.filter(({ type }) => type !== 'key_pressed' && type !== 'send_pressed');
      ended = for_good;
    },

    /**
     * The core shows or hides the panel. During a hand-over only its last word is drawn: hiding the panel for a moment would
     * take the focus and the on-screen keyboard from someone who is typing.
     */
    show(open: boolean, focus: Focus): void {
      panel_last = [open, focus];
      if (!handing_over) frame().show(open, focus);
    },

    /** The core sets the box's text, unless the shopper typed while no core ran: that text is handed over first. */
    set_box(text: string): void {
      const { box } = frame();
      // An equal text is left alone: setting it would move the caret.
      if (!box_kept && box.value !== text) box.value = text;
    },
  };
}
