// The conversation. Commands change a model; the screen follows once a frame, however many deltas came.
import type { Dispatch } from '../../shim/core';
import type { Row, RowAction } from '../../shim/generated/messages';
import { button, element } from '../dom';
import type { Frame } from '../frame';
import { down_icon } from '../icons';
import type { Words } from '../locales/words';
import type { Render } from '../markdown';
import type { MayShow } from './product';
import type { DrawQuestion } from './question';
import { RowView } from './row';

// So near to the end counts as reading the end.
const near_end_px = 48;

const before = (a: Row, b: Row): boolean => a.order < b.order || (a.order === b.order && a.id < b.id);

export type Rows = ReturnType<typeof make_rows>;

export function make_rows(
  { rows: list, root }: Frame,
  words: Words,
  say: Dispatch,
  may_show: MayShow,
  draw_question: DrawQuestion | undefined,
) {
  const views = new Map<string, RowView>();
  const changed = new Set<RowView>();
  let sorted: RowView[] = [];
  let render: Render | undefined;
  let painting = false;
  let at_end = true;
  let last_top = 0;
  // When anything in it last moved.
  let moved_ms = 0;
  // In no row, so that it is neither counted nor kept.
  const greeting = element('div', { class: 'bubble', dir: 'auto' });
  list.prepend(element('div', { class: 'row', 'data-author': 'agent' }, greeting));
  const pill = button({ class: 'pill' }, down_icon(), words.new_messages);
  pill.hidden = true;
  list.after(element('div', { class: 'dock' }, pill));

  const to_end = (): void => {
    list.scrollTop = list.scrollHeight;
  };
  const moved = (): void => {
    moved_ms = performance.now();
  };
  const keep_end = (): void => {
    moved();
    if (at_end) to_end();
    pill.hidden = at_end;
  };

  const place = (view: RowView): void => {
    sorted = sorted.filter((other) => other !== view);
    const after = sorted.findIndex((other) => before(view.row, other.row));
    const index = after < 0 ? sorted.length : after;
    const next = sorted[index]?.element ?? null;
    sorted.splice(index, 0, view);
    if (!view.element.isConnected || view.element.nextSibling !== next) list.insertBefore(view.element, next);
  };

  const paint = (): void => {
    painting = false;
    const had_focus = root.activeElement;
    for (const view of changed) {
      if (!view.placed) place(view);
      view.placed = true;
      view.draw(render);
    }
    changed.clear();
    // A button that was pressed and is gone now leaves the focus in the conversation.
    if (had_focus && !had_focus.isConnected) list.focus({ preventScroll: true });
    keep_end();
  };

  const repaint = (view: RowView): void => {
    changed.add(view);
    if (painting) return;
    painting = true;
    // A hidden page has no frames.
    if (document.hidden) setTimeout(paint);
    else requestAnimationFrame(paint);
  };

  // The end is let go by scrolling up alone: a growing box or a late picture also leave it far below, and so does a browser that
  // tells of a scroll before it tells of them.
  list.addEventListener('scroll', () => {
    moved();
    const { scrollTop, scrollHeight, clientHeight } = list;
    const near = scrollHeight - scrollTop - clientHeight < near_end_px;
    if (near || scrollTop < last_top) at_end = near;
    last_top = scrollTop;
    if (at_end) pill.hidden = true;
  });
  list.addEventListener('click', (event) => {
    const pressed = (event.target as Element).closest<HTMLElement>('button[data-action]');
    const row = pressed?.closest<HTMLElement>('[data-row]')?.dataset.row;
    const still_ms = event.timeStamp - moved_ms;
    if (pressed && row)
      say({ type: 'row_action_pressed', row, action: pressed.dataset.action as RowAction, still_ms });
  });
  pill.addEventListener('click', () => {
    at_end = true;
    keep_end();
    list.focus({ preventScroll: true });
  });
  // The on-screen keyboard, the stop line and a growing box change the height.
  const resized = new ResizeObserver(keep_end);
  resized.observe(list);

  return {
    greet(text: string): void {
      greeting.textContent = text;
    },
    put(row: Row): void {
      let view = views.get(row.id);
      if (!view) {
        view = new RowView(row, words, may_show, draw_question);
        views.set(row.id, view);
        // Who has just said something wants to see it.
        if (row.author.kind === 'self') at_end = true;
      }
      if (view.row.order !== row.order) view.placed = false;
      view.row = row;
      repaint(view);
    },
    append(id: string, text: string): void {
      const view = views.get(id);
      if (!view) return;
      view.row.text += text;
      repaint(view);
    },
    remove(id: string): void {
      const view = views.get(id);
      if (!view) return;
      const focused = view.element.contains(root.activeElement);
      views.delete(id);
      changed.delete(view);
      sorted = sorted.filter((other) => other !== view);
      view.element.remove();
      if (focused) list.focus({ preventScroll: true });
    },
    /** What a row says, for screen readers. */
    lines: (id: string): string[] => views.get(id)?.lines(render) ?? [],
    /** The panel was shown: a hidden list can't scroll. With the frame, which lays it out anyway. */
    shown: () => void requestAnimationFrame(keep_end),
    /** From now on Markdown is drawn as such. */
    set_render(by: Render): void {
      render = by;
      views.forEach(repaint);
    },
    clear(): void {
      for (const view of views.values()) view.element.remove();
      views.clear();
      changed.clear();
      sorted = [];
    },
    end: () => resized.disconnect(),
  };
}
