// What a shopper sees and does: the widget's parts by name, through its open shadow root.
//
// The parts are the view's contract with its tests: launcher, panel, rows, text, box, send, stop, typing, counter,
// close, note, banner, live; rows carry data-row, data-author and data-state.

const host = 'shopbell-widget';
export const part = (page, name) => page.locator(`${host} [part~="${name}"]`);

/** Opens the panel by a click on the launcher and waits until the box takes text. */
export async function open_widget(page) {
  const step = async (what, action) => {
    try {
      return await action();
    } catch (error) {
      const said = [...(page.console_lines ?? []).map((line) => line.text), ...(page.page_errors ?? [])].slice(-5);
      throw new Error(`${what}: ${error.message.split('\n')[0]}; the page said: ${JSON.stringify(said)}`);
    }
  };
  const limit = { timeout: 10_000 };
  await step('the launcher is not shown', () => part(page, 'launcher').waitFor({ state: 'visible', ...limit }));
  await step('the launcher takes no click', () => part(page, 'launcher').click(limit));
  await step('the box is not shown', () => part(page, 'box').waitFor({ state: 'visible', ...limit }));
  await part(page, 'box').focus();
}

/** @returns {Promise<{id: string, author: string, state: string, text: string, note: string, actions: string[]}[]>} */
export function read_rows(page) {
  return page.evaluate((name) => {
    const root = document.querySelector(name)?.shadowRoot;
    return [...(root?.querySelectorAll('[part~="rows"] [data-row]') ?? [])].map((row) => ({
      id: row.dataset.row,
      author: row.dataset.author,
      state: row.dataset.state,
      text: row.querySelector('[part~="text"]')?.textContent ?? '',
      note: row.querySelector('[part~="note"]')?.textContent ?? '',
      actions: [...row.querySelectorAll('button[data-action]')].map((button) => button.dataset.action),
    }));
  }, host);
}

export const rows_by = async (page, author) => (await read_rows(page)).filter((row) => row.author === author);

/** Clicks `data-action` of the row with that id. */
export const row_action = (page, row_id, action) =>
  page.locator(`${host} [data-row="${row_id}"] button[data-action="${action}"]`).click();

/** The text in the box, and the texts of banner and live region. */
export const box_text = (page) => part(page, 'box').inputValue();
export async function text_of(page, name) {
  return page.evaluate(
    ([tag, wanted]) => document.querySelector(tag)?.shadowRoot?.querySelector(`[part~="${wanted}"]`)?.textContent ?? '',
    [host, name],
  );
}

/** Types into the box with real keys and presses Enter once. */
export async function say(page, text) {
  await part(page, 'box').focus();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

/**
 * Polls `probe` until it gives something true. The last value is in the error, so a failure says what was seen.
 * @template T
 * @param {() => Promise<T> | T} probe
 * @returns {Promise<T>}
 */
export async function until(what, probe, { timeout_ms = 10_000, interval_ms = 50, seen } = {}) {
  const end = performance.now() + timeout_ms;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (performance.now() > end) {
      const last = seen ? `; seen: ${JSON.stringify(await seen()).slice(0, 1_500)}` : '';
      throw new Error(`waited ${timeout_ms} ms for: ${what}${last}`);
    }
    await new Promise((resolve) => setTimeout(resolve, interval_ms));
  }
}

/** Waits until the agent has `count` finished rows. */
export const until_answered = (page, count, options = {}) =>
  until(
    `${count} finished replies`,
    async () => (await rows_by(page, 'agent')).filter((row) => row.state === 'done').length >= count,
    { seen: () => read_rows(page), ...options },
  );

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
