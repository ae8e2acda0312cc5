// The browsers that the text rows run in. Each launches into {new_page, new_context, close}, as browser.mjs does; a page is Playwright's, or
// like it as far as the rows go (like_playwright.mjs). Where a browser's driver can't do as a person does, it says here what it does instead.
import { browser_missing, launch_browser, launch_with_profile } from './browser.mjs';
import { firefox_missing, launch_firefox } from './firefox.mjs';
import { like_playwright } from './like_playwright.mjs';
import { scripts_of_all_pages } from '../pages/shop_page.mjs';
import { launch_webkit, webkit_missing } from './webkit.mjs';
import { sleep } from '../widget.mjs';

/** Real key events in one go, and held down as the system repeats them. */
const repeat_delay_ms = 250;
const repeat_interval_ms = 33;

// ---- Firefox ESR, over WebDriver BiDi

function firefox_page(page) {
  const { raw } = page;
  const requests = [];
  raw.on('request', (request) => requests.push({ method: request.method(), url: request.url() }));
  return like_playwright(page, {
    requests,
    reload: () => raw.reload(),
    addInitScript: (fn, arg) => raw.evaluateOnNewDocument(fn, arg),
    hands: {
      press_enter: (count) => Promise.all(Array.from({ length: count }, () => raw.keyboard.press('Enter'))),
      click_at: (x, y, count) => Promise.all(Array.from({ length: count }, () => raw.mouse.click(x, y))),
      async hold_enter(hold_ms) {
        const end = performance.now() + hold_ms;
        await raw.keyboard.down('Enter');
        await sleep(repeat_delay_ms);
        while (performance.now() < end) {
          await raw.keyboard.down('Enter');
          await sleep(repeat_interval_ms);
        }
        await raw.keyboard.up('Enter');
      },
    },
  });
}

async function launch_text_firefox({ block_storage = false } = {}) {
  // 2: no site may store anything.
  const preferences = block_storage ? { 'network.cookie.cookieBehavior': 2 } : {};
  const browser = await launch_firefox({ preferences });
  return {
    new_page: async () => firefox_page(await browser.new_page({ own_storage: true })),
    async new_context() {
      const context = await browser.new_context();
      return {
        newPage: async () => firefox_page(await browser.new_page({ context })),
        close: () => context.close(),
      };
    },
    close: browser.close,
  };
}

// ---- WebKitGTK, over WebDriver: one window a browser, and nothing is heard of its console and requests

/** Runs in each page of the shop before any other script. What it keeps is fetched with whatever is asked of the page next. */
function keep_console() {
  const kept = { lines: [], errors: [] };
  window.__kept = kept;
  for (const type of ['debug', 'info', 'log', 'warn', 'error']) {
    const say = console[type];
    console[type] = (...words) => {
      kept.lines.push({ type, text: words.map(String).join(' '), time_ms: Date.now() });
      say.apply(console, words);
    };
  }
  window.addEventListener('error', ({ error, message }) => kept.errors.push(String(error?.stack ?? message)));
  window.addEventListener('unhandledrejection', ({ reason }) =>
    kept.errors.push(String(reason?.stack ?? reason)),
  );
}

/** Runs in the page. A fetch's method is not told, but only messages go to that path. */
function take_kept() {
  const { lines, errors } = window.__kept ?? { lines: [], errors: [] };
  const posts = performance
    .getEntriesByType('resource')
    .filter(({ name }) => name.endsWith('/api/chatkit/agent'))
    .map(({ name }) => ({ method: 'POST', url: name }));
  return { lines: lines.splice(0), errors: errors.splice(0), posts };
}

function webkit_page(page, { driver, keys, close }) {
  const requests = [];
  const evaluate = page.evaluate;
  const own_scripts = [`(${keep_console})()`];
  /** Before each load: the pages of a shop have the scripts of whoever loads next. */
  const put_scripts = () => {
    scripts_of_all_pages.clear();
    for (const script of own_scripts) scripts_of_all_pages.add(script);
  };
  const load = page.goto;
  const chain = (steps) => steps.reduce((actions, step) => step(actions), driver.actions()).perform();
  return like_playwright(page, {
    requests,
    goto(url) {
      put_scripts();
      return load(url);
    },
    async evaluate(fn, arg) {
      const value = await evaluate(fn, arg);
      const { lines, errors, posts } = await evaluate(take_kept);
      page.console_lines.push(...lines);
      page.page_errors.push(...errors);
      requests.splice(0, requests.length, ...posts);
      return value;
    },
    reload() {
      put_scripts();
      return driver.navigate().refresh();
    },
    async addInitScript(fn, arg) {
      own_scripts.push(`(${fn})(${JSON.stringify(arg)})`);
    },
    close,
    hands: {
      press_enter: (count) =>
        chain(
          Array.from({ length: count }).flatMap(() => [
            (actions) => actions.keyDown(keys.Enter),
            (actions) => actions.keyUp(keys.Enter),
          ]),
        ),
      click_at: (x, y, count) =>
        chain([
          (actions) => actions.move({ x: Math.round(x), y: Math.round(y), duration: 0 }),
          ...Array.from({ length: count }, () => (actions) => actions.click()),
        ]),
      // The driver knows no repeat: a key that is down already stays down without an event. So it is pressed anew each time.
      async hold_enter(hold_ms) {
        const end = performance.now() + hold_ms;
        while (performance.now() < end)
          await chain([(actions) => actions.keyDown(keys.Enter), (actions) => actions.keyUp(keys.Enter)]);
      },
    },
  });
}

async function launch_text_webkit({ block_storage = false } = {}) {
  const args = block_storage ? ['--enable-html5-local-storage=false'] : [];
  const open = new Set();
  const new_page = async () => {
    const browser = await launch_webkit({ args });
    open.add(browser);
    const close = () => {
      open.delete(browser);
      return browser.close();
    };
    return webkit_page(await browser.new_page(), { driver: browser.driver, keys: browser.keys, close });
  };
  return {
    new_page,
    new_context: async () => ({ newPage: new_page }),
    close: () => Promise.all([...open].map((browser) => browser.close())),
  };
}

// ---- all of them

/** `side_by_side`: how many pages a row should have at work at once. `denied`: the error that a page meets when storage is denied. */
export const text_browsers = {
  chromium: {
    missing: browser_missing,
    launch: launch_browser,
    launch_without_storage: () => launch_with_profile({ block_storage: true }),
    side_by_side: 8,
    denied: 'SecurityError',
  },
  firefox: {
    missing: firefox_missing,
    launch: launch_text_firefox,
    launch_without_storage: () => launch_text_firefox({ block_storage: true }),
    side_by_side: 4,
    denied: 'SecurityError',
  },
  webkit: {
    missing: webkit_missing,
    launch: launch_text_webkit,
    launch_without_storage: () => launch_text_webkit({ block_storage: true }),
    side_by_side: 3,
    denied: 'TypeError',
  },
};
