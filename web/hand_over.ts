// The gate's other half, which comes with the app: a core takes over from the frame alone, and where it ends, presses wait again.
//
// Whatever the shopper typed while no core ran is newer than any draft that the core remembers. What waits goes to the core in order, and it
// decides of each wish as ever: one that it does not take (too long, too many) has its text in the box again, before what was typed since.
import type { Dispatch } from '../shim/core';
import type { Focus } from '../shim/generated/messages';
import type { Frame } from './frame';
import type { Gate } from './gate';

export type HandOver = ReturnType<typeof make_hand_over>;

export function make_hand_over(gate: Gate, { box, show }: Frame) {
  let handing_over = true;
  let panel_last: [open: boolean, focus: Focus] | undefined;
  /** The text that the core has in its box. */
  let known = '';

  return {
    /** A core runs. */
    open(to: Dispatch): void {
      const texts: string[] = [];
      const typed = box.value;
      gate.through = to;
      for (const [event, ghost] of gate.waiting) {
        known = ghost?.textContent ?? known;
        to(event);
        // A wish that is taken empties the core's box.
        if (ghost && known) texts.push(known);
        ghost?.remove();
      }
      gate.waiting.clear();
      const text = [...texts, typed].filter(Boolean).join('\n');
      if (texts.length) box.value = text;
      if (text !== known) to({ type: 'draft_changed', text });
      handing_over = false;
      if (panel_last) show(...panel_last);
    },

    /** No core runs: presses wait again. */
    close(): void {
      gate.through = undefined;
      handing_over = true;
      panel_last = undefined;
      known = '';
    },

    /** No core will come. */
    end(): void {
      gate.ended = true;
      gate.give_back();
    },

    /**
     * The core shows or hides the panel. During a hand-over only its last word is drawn: hiding the panel for a moment would
     * take the focus and the on-screen keyboard from someone who is typing.
     */
    show(open: boolean, focus: Focus): void {
      panel_last = [open, focus];
      if (!handing_over) show(open, focus);
    },

    /** The core sets the box's text. During a hand-over that is a draft of the page before, unless the shopper typed already. */
    set_box(text: string): void {
      const untouched = !handing_over || (!gate.through && box.value === known);
      // An equal text is left alone: setting it would move the caret.
      if (untouched && box.value !== text) box.value = text;
      known = text;
    },
  };
}
