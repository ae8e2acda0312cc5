// Measures, in the page, the time from a key press to the wire: from the keydown's own time stamp (when the browser
// received the key) to the return of `fetch` (the request is handed over). A preflight lies after that.

/** Must run before the widget's scripts. The page should be cross-origin isolated, or the clock ticks in 0.1 ms. */
export function watch_key_to_wire(page) {
  return page.addInitScript(() => {
    const samples_ms = [];
    const fetches_ms = [];
    const deliveries_ms = [];
    let pressed_ms;
    let delivered_ms;
    Object.defineProperty(window, '__key_to_wire_ms', { value: samples_ms });
    Object.defineProperty(window, '__key_parts_ms', { value: { fetches_ms, deliveries_ms } });
    window.addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Enter' || event.repeat) return;
        pressed_ms = event.timeStamp;
        delivered_ms = performance.now() - pressed_ms;
      },
      { capture: true },
    );
    const real = window.fetch;
    window.fetch = function (input, init) {
      const method = init?.method ?? input?.method ?? 'GET';
      const called_ms = performance.now();
      const result = real.apply(this, arguments);
      if (method === 'POST' && pressed_ms !== undefined) {
        const returned_ms = performance.now();
        samples_ms.push(returned_ms - pressed_ms);
        deliveries_ms.push(delivered_ms);
        fetches_ms.push(returned_ms - called_ms);
        pressed_ms = undefined;
      }
      return result;
    };
  });
}

/** The browser's own parts of each sample: until the page hears of the key, and inside of `fetch`. */
export const browser_parts_ms = (page) => page.evaluate(() => window.__key_parts_ms);
export const key_to_wire_ms = (page) => page.evaluate(() => window.__key_to_wire_ms);

/** Headers that make a page cross-origin isolated without asking anything of other origins. */
export const isolated_headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'credentialless',
};

/** What the widget's spend guard lets one page send within a minute; a page load begins anew. */
export const presses_a_page = 20;

/**
 * One press: types a letter and Enter with real keys, then waits until its own row and the reply after it are drawn. An Enter
 * before that would be held until the reply is complete, and its wait would be measured.
 */
export async function press_and_wait(page, widget_host = 'shopbell-widget') {
  const own_rows = (name) =>
    document.querySelector(name).shadowRoot.querySelectorAll('[data-row][data-author="self"]').length;
  const before = await page.evaluate(own_rows, widget_host);
  await page.keyboard.press('a');
  await page.keyboard.press('Enter');
  await page.waitForFunction(
    ([count, name]) => {
      const rows = [...document.querySelector(name).shadowRoot.querySelectorAll('[part~="rows"] [data-row]')];
      const own = rows.filter((row) => row.dataset.author === 'self');
      const last = rows.at(-1);
      return own.length > count && last.dataset.author === 'agent' && last.dataset.state === 'done';
    },
    [before, widget_host],
    { polling: 'raf', timeout: 10_000 },
  );
}
