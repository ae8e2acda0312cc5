// What a shopper does and sees in a call, in any browser: real clicks at real places, and what is drawn. The page is one of the rigs'
// (click_at, type, press, evaluate).
import { read_rows, until } from './widget.mjs';

const host = 'shopbell-widget';

/** The middle of a part that can be seen, or null. */
const place_of = (page, name) =>
  page.evaluate(
    ([tag, wanted]) => {
      const all = [
        ...(document.querySelector(tag)?.shadowRoot?.querySelectorAll(`[part~="${wanted}"]`) ?? []),
      ];
      for (const one of all) {
        const { x, y, width, height } = one.getBoundingClientRect();
        if (width > 0 && height > 0) return { x: x + width / 2, y: y + height / 2 };
      }
      return null;
    },
    [host, name],
  );

export function as_shopper(page) {
  const click = async (name, timeout_ms = 15_000) => {
    const place = await until(`a ${name} to click on`, () => place_of(page, name), { timeout_ms });
    await page.click_at(place.x, place.y);
  };
  const call = () =>
    page.evaluate((tag) => {
      const root = document.querySelector(tag)?.shadowRoot;
      const bar = root?.querySelector('[part="call"]');
      if (!bar) return { state: 'idle', agent: 'listening', muted: false, title: '', note: '' };
      return {
        state: bar.hidden ? 'idle' : bar.dataset.state,
        agent: bar.dataset.agent,
        muted: root.querySelector('[part="mute"]')?.getAttribute('aria-pressed') === 'true',
        title: root.querySelector('[part="call-state"]')?.textContent ?? '',
        note: root.querySelector('[part="call-note"]')?.textContent ?? '',
      };
    }, host);
  const until_call = (what, test, options = {}) =>
    until(
      `call ${what}`,
      async () => {
        const shown = await call();
        return test(shown) ? shown : undefined;
      },
      {
        timeout_ms: 20_000,
        seen: async () => [await call(), page.console_lines.slice(-6), page.page_errors],
        ...options,
      },
    );
  return {
    click,
    place_of: (name) => place_of(page, name),
    is_shown: async (name) => (await place_of(page, name)) !== null,
    /** Opens the panel and waits until a call may begin. */
    async open() {
      await click('launcher');
      await until('a microphone button', () => place_of(page, 'mic'), {
        timeout_ms: 20_000,
        seen: () => [page.console_lines?.slice(-6), page.page_errors],
      });
    },
    call,
    until_call,
    until_live: () => until_call('live', ({ state }) => state === 'live'),
    rows: () => read_rows(page),
    /** Waits until somebody's row has these words. */
    until_said: (author, text, options = {}) =>
      until(
        `${author} says "${text}"`,
        async () => (await read_rows(page)).find((row) => row.author === author && row.text.includes(text)),
        { timeout_ms: 20_000, seen: () => read_rows(page), ...options },
      ),
  };
}
