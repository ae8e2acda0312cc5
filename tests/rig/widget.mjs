// What a shopper sees and does: the widget's parts by name, through its open shadow root.
//
// The parts are the view's contract with its tests: launcher, panel, rows, text, box, send, stop, typing, counter,
// close, note, banner, live; rows carry data-row, data-author and data-state.

const host = 'shopbell-widget';
export const part = (page, name) => page.locator(`${host} [part~="${name}"]`);

/** The launcher looks into the storage a moment after it is there: a click in that moment would close what was left open. */
const opens_by_itself = (page) =>
  page.evaluate(async (host) => {
    const is_open = () =>
      document.querySelector(host).shadowRoot.querySelector('[part~=launcher]').ariaExpanded === 'true';
    const left_open = () => {
      try {
        return Boolean(sessionStorage.getItem('shopbell.1.open'));
      } catch {
        return false;
      }
    };
    const limit_ms = Date.now() + 2_000;
    while (!is_open() && left_open() && Date.now() < limit_ms)
      await new Promise((resolve) => setTimeout(resolve, 20));
    return is_open();
  }, host);

/**
 * Opens the panel by a click on the launcher, unless the widget has left it open over a page load. The box takes keys from
 * then on, although the core may still be loading: `until_ready` waits for that.
 */
export async function open_widget(page) {
  const step = async (what, action) => {
    try {
      return await action();
    } catch (error) {
      const said = [
        ...(page.console_lines ?? []).map((line) => line.text),
        ...(page.page_errors ?? []),
      ].slice(-5);
      throw new Error(`${what}: ${error.message.split('\n')[0]}; the page said: ${JSON.stringify(said)}`);
    }
  };
  const limit = { timeout: 10_000 };
  const launcher = part(page, 'launcher');
  await step('no launcher', () => launcher.waitFor({ state: 'attached', ...limit }));
  if (!(await opens_by_itself(page))) await step('the launcher takes no click', () => launcher.click(limit));
  await step('the box is not shown', () => part(page, 'box').waitFor({ state: 'visible', ...limit }));
  await part(page, 'box').focus();
}

/** Waits until the core draws: the live region is its first element. */
export const until_ready = (page) =>
  part(page, 'live').first().waitFor({ state: 'attached', timeout: 15_000 });

/**
 * The rows that say something. Product rows, which follow a reply, are left out: they are counted with their reply.
 * @returns {Promise<{id: string, author: string, state: string, text: string, note: string, says: string, actions: string[]}[]>}
 */
export function read_rows(page) {
  return page.evaluate((name) => {
    const root = document.querySelector(name)?.shadowRoot;
    const all = [...(root?.querySelectorAll('[part~="rows"] [data-row]') ?? [])];
    const spoken = all.filter((row) => !row.querySelector('[part~="products"]'));
    return spoken.map((row) => ({
      id: row.dataset.row,
      author: row.dataset.author,
      state: row.dataset.state,
      text: row.querySelector('[part~="text"]')?.textContent ?? '',
      note: row.querySelector('[part~="note"]')?.textContent ?? '',
      // All that stands under the text: state, note, buttons.
      says: row.querySelector('[part~="text"]')?.nextElementSibling?.innerText ?? '',
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
    ([tag, wanted]) =>
      document.querySelector(tag)?.shadowRoot?.querySelector(`[part~="${wanted}"]`)?.textContent ?? '',
    [host, name],
  );
}

/** Types into the box with real keys and presses Enter once. */
export async function say(page, text) {
  await part(page, 'box').focus();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

/** The end of what was seen: that is where a conversation fails. */
function shortened(value) {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 1_200 ? `… ${text.slice(-1_200)}` : text;
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
      const last = seen ? `; seen: ${shortened(await seen())}` : '';
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
