// Launches the real Chromium for browser tests and keeps what its pages say.
import { accessSync, constants, mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const launch_arguments = [
  // The sandbox needs a user namespace that containers (and root) often lack.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where Chromium is: SHOPBELL_CHROMIUM, else Debian's path. Undefined when there is none. */
export function chromium_path() {
  const path = process.env.SHOPBELL_CHROMIUM ?? '/usr/bin/chromium';
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}

/** Why no browser test can run here, or undefined. */
export async function browser_missing() {
  if (!chromium_path())
    return 'Chromium is missing: tools/setup installs it, or name one in SHOPBELL_CHROMIUM';
  try {
    await import('playwright-core');
    return undefined;
  } catch {
    return 'playwright-core is missing: npm ci installs it';
  }
}

/**
 * One browser process. Each `new_page` has a storage of its own unless it is given a context.
 * @param {{args?: string[]}} options
 */
export async function launch_browser(options = {}) {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath: chromium_path(),
    headless: true,
    args: [...launch_arguments, ...(options.args ?? [])],
  });
  return {
    browser,
    new_context: (context_options = {}) => browser.newContext(context_options),
    async new_page(context_options = {}) {
      const context = await browser.newContext(context_options);
      return watch_page(await context.newPage());
    },
    close: () => browser.close(),
  };
}

/**
 * A browser with a profile on disk whose settings are written first, for what only a setting can make:
 * `{block_storage: true}` is the shopper's own "block all cookies", which makes localStorage throw.
 */
export async function launch_with_profile({ block_storage = false, args = [] } = {}) {
  const { chromium } = await import('playwright-core');
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-profile-'));
  if (block_storage) {
    mkdirSync(join(folder, 'Default'));
    const preferences = { profile: { default_content_setting_values: { cookies: 2 } } };
    writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify(preferences));
  }
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: chromium_path(),
    headless: true,
    args: [...launch_arguments, ...args],
  });
  return {
    context,
    new_page: async () => watch_page(await context.newPage()),
    async close() {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Records the page's console, uncaught errors and requests from now on.
 * @param {import('playwright-core').Page} page
 */
export function watch_page(page) {
  const console_lines = [];
  const page_errors = [];
  const requests = [];
  page.on('console', (message) =>
    console_lines.push({ type: message.type(), text: message.text(), time_ms: Date.now() }),
  );
  page.on('pageerror', (error) => page_errors.push(String(error?.stack ?? error)));
  page.on('request', (request) => requests.push({ method: request.method(), url: request.url() }));
  return Object.assign(page, { console_lines, page_errors, requests });
}
