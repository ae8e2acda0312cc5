// The gate between the frame and the core. While no core runs, presses wait here and the frame shows what they will do
// anyway: a press opens it, Enter takes the box's text. When a core runs, everything goes straight through (hand_over.ts).
//
// One wish is one composition here too: the first Enter takes the text out of the box and keeps it with the event, so the
// next one finds an empty box.
//
// What is foreseen the core decides once it is there, and it may decide otherwise: then it has the last word. What stands here can't stand
// in it: the browser waits for nobody with a key's own action, nor a shopper with the panel.
import type { Dispatch } from '../shim/core';
import { close_key, send_key, type Event } from '../shim/generated/messages';
import { element } from './dom';
import type { Frame } from './frame';

export interface Gate {
  say: Dispatch;
  /** To the core, while one runs. */
  through?: Dispatch | undefined;
  /** In order, each with the ghost of the text that it took out of the box, if it took one. */
  waiting: Map<Event, HTMLElement | undefined>;
  /** Puts what was taken out of the box back, so that nothing typed is lost where no core comes for it. */
  give_back(): void;
  /** No core will come any more. The panel can still be opened and closed. */
  ended?: boolean;
}

/** `wanted`: called when something waits for a core. */
export function make_gate({ box, rows, show, is_open }: Frame, wanted: () => void): Gate {
  const foresee_panel = (event: Event): void => {
    const { type } = event;
    if (type === 'page_open') show(true, 'box');
    if (type === 'page_close') show(false, 'stay');
    const escape = type === 'key_pressed' && event.key === close_key && !event.composing;
    if (escape || type === 'close_pressed') show(false, 'launcher');
  };

  /** The ghost of the text that the core will take. */
  const foresee_box = (event: Event, consume?: () => void): HTMLElement | undefined => {
    if (event.type === 'key_pressed') {
      if (event.key !== send_key || event.composing || event.shift || !event.in_box) return undefined;
      consume?.();
    } else if (event.type !== 'send_pressed') return undefined;
    if (!event.text.trim()) return undefined;
    const ghost = element('div', { class: 'ghost', dir: 'auto' }, event.text);
    rows.append(ghost);
    box.value = '';
    return ghost;
  };

  const gate: Gate = {
    waiting: new Map(),

    say(event, consume) {
      if (gate.through) return gate.through(event, consume);
      // A press of the launcher wishes for the other of what is seen. The core, which may know of a panel that was left open before it is
      // drawn here, would take it for the opposite.
      if (event.type === 'launcher_pressed') event = { type: is_open() ? 'close_pressed' : 'page_open' };
      foresee_panel(event);
      // The box's text as it is at last is handed over in any case, and typing alone is no wish to load again.
      if (gate.ended || event.type === 'draft_changed') return;
      gate.waiting.set(event, foresee_box(event, consume));
      wanted();
    },

    give_back() {
      const texts = [];
      for (const [event, ghost] of gate.waiting) {
        if (!ghost) continue;
        texts.push(ghost.textContent);
        ghost.remove();
        gate.waiting.delete(event);
      }
      box.value = [...texts, box.value].filter(Boolean).join('\n');
    },
  };
  return gate;
}
