// Drives the real Firefox ESR for voice tests and text rows, by puppeteer-core over WebDriver BiDi. Its microphone and speaker are those of the
// PulseAudio whose environment it is given (pulse.mjs). What a page offers here is what person.mjs describes.
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const firefox_path = () => process.env.SHOPBELL_FIREFOX ?? '/usr/bin/firefox-esr';

/** Why Firefox cannot be driven here, or undefined. */
export async function firefox_missing() {
  try {
    accessSync(firefox_path(), constants.X_OK);
  } catch {
    return 'Firefox ESR is missing: tools/setup installs it, or name one in SHOPBELL_FIREFOX';
  }
  try {
    await import('puppeteer-core');
    return undefined;
  } catch {
    return 'puppeteer-core is missing: npm ci installs it';
  }
}

// The person's answer to "may this shop use your microphone?" is yes; nothing else is changed about sound.
const preferences = {
  'media.navigator.permission.disabled': true,
  // Firefox looks for its own news at every start otherwise.
  'app.update.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'browser.shell.checkDefaultBrowser': false,
};

/** What the browser itself says of a request; its driver takes it for an error of the page, Chromium's for a line of the console. */
const of_the_network =
  /^Error: (Cross-Origin Request Blocked: |None of the “sha\d+” hashes in the integrity attribute)/;

/** @param {{env?: object, preferences?: object}} options */
export async function launch_firefox(options = {}) {
  const { default: puppeteer } = await import('puppeteer-core');
  // Its profile, cache and locks: none of the machine's own.
  const home = mkdtempSync(join(tmpdir(), 'shopbell-firefox-'));
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: firefox_path(),
    defaultViewport: { width: 1_280, height: 720 },
    headless: true,
    env: { ...process.env, ...options.env, HOME: home, XDG_RUNTIME_DIR: home },
    extraPrefsFirefox: { ...preferences, ...options.preferences },
    timeout: 60_000,
    protocolTimeout: 120_000,
  });
  return {
    name: 'firefox',
    version: () => browser.version(),
    /** Pages with a storage of their own. */
    new_context: () => browser.createBrowserContext(),
    /** `own_storage`: apart from every other page's, until it is closed; `context`: that of the context. */
    async new_page({ own_storage = false, context } = {}) {
      const own = own_storage ? await browser.createBrowserContext() : undefined;
      const page = await (own ?? context ?? browser).newPage();
      const console_lines = [];
      const page_errors = [];
      page.on('console', (message) =>
        console_lines.push({ type: message.type(), text: message.text(), time_ms: Date.now() }),
      );
      page.on('pageerror', (error) => {
        const text = String(error?.stack ?? error);
        if (of_the_network.test(text)) console_lines.push({ type: 'error', text, time_ms: Date.now() });
        else page_errors.push(text);
      });
      return {
        raw: page,
        console_lines,
        page_errors,
        goto: (url) => page.goto(url),
        evaluate: (fn, arg) => page.evaluate(fn, arg),
        click_at: (x, y) => page.mouse.click(x, y),
        type: (text) => page.keyboard.type(text),
        press: (key) => page.keyboard.press(key),
        close: () => (own ?? page).close(),
      };
    },
    async close() {
      await browser.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
