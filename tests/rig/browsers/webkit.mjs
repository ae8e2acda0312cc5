// Drives the real WebKitGTK for voice tests: MiniBrowser on a display of its own (Xvfb), by WebKitWebDriver and selenium-webdriver.
// What a page offers here is what person.mjs describes.
import { accessSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start_on_leash } from '../leash.mjs';
import { free_port } from '../network/ports.mjs';
import { sleep } from '../widget.mjs';

/** MiniBrowser lies in the library's folder, whose name has the machine's and the API's. */
function minibrowser_path() {
  for (const machine of readdirSync('/usr/lib').filter((name) => name.includes('-linux-')))
    for (const library of ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0']) {
      const path = join('/usr/lib', machine, library, 'MiniBrowser');
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        /* not this one */
      }
    }
  return undefined;
}

/** Why WebKitGTK cannot be driven here, or undefined. */
export async function webkit_missing() {
  for (const name of ['WebKitWebDriver', 'Xvfb']) {
    try {
      accessSync(`/usr/bin/${name}`, constants.X_OK);
    } catch {
      return `${name} is missing: tools/setup installs it`;
    }
  }
  if (!minibrowser_path()) return "WebKitGTK's MiniBrowser is missing: tools/setup installs it";
  try {
    await import('selenium-webdriver');
    return undefined;
  } catch {
    return 'selenium-webdriver is missing: npm ci installs it';
  }
}

/** A busy machine takes its time to start the driver. */
async function until_listening(port, server) {
  const limit = performance.now() + 20_000;
  for (;;) {
    const answers = await fetch(`http://127.0.0.1:${port}/status`).then(
      () => true,
      () => false,
    );
    if (answers) return;
    if (!server.running() || performance.now() > limit) throw new Error('the driver does not answer');
    await sleep(50);
  }
}

async function start_display(folder) {
  // -displayfd would need a third pipe; a number that is taken is refused at once instead.
  for (let number = 90 + (process.pid % 400); ; number += 1) {
    const display = start_on_leash(
      ['Xvfb', `:${number}`, '-screen', '0', '1280x800x24', '-nolisten', 'tcp', '-noreset'],
      { cwd: folder },
    );
    await Promise.race([display.ended, sleep(700)]);
    if (display.running()) return { name: `:${number}`, close: display.close };
    if (!/already active|in use/i.test(display.output()) || number > 900)
      throw new Error(`Xvfb does not start: ${display.output()}`);
  }
}

/** @param {{env?: object}} options */
export async function launch_webkit(options = {}) {
  const { Builder, Capabilities, Key, Origin } = await import('selenium-webdriver').then(
    (m) => m.default ?? m,
  );
  const home = mkdtempSync(join(tmpdir(), 'shopbell-webkit-'));
  const display = await start_display(home);
  const port = await free_port();
  const server = start_on_leash(['WebKitWebDriver', `--port=${port}`, '--host=127.0.0.1'], {
    cwd: home,
    env: {
      ...options.env,
      DISPLAY: display.name,
      HOME: home,
      XDG_RUNTIME_DIR: home,
      XDG_CACHE_HOME: home,
      XDG_CONFIG_HOME: home,
      XDG_DATA_HOME: home,
      GDK_BACKEND: 'x11',
      // No graphics card here, and no bus of accessibility.
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
      NO_AT_BRIDGE: '1',
    },
  });
  const close_all = async () => {
    await server.close();
    await display.close();
    rmSync(home, { recursive: true, force: true });
  };
  let driver;
  try {
    await until_listening(port, server);
    driver = await new Builder()
      .usingServer(`http://127.0.0.1:${port}`)
      .withCapabilities(
        new Capabilities({
          browserName: 'MiniBrowser',
          'webkitgtk:browserOptions': {
            binary: minibrowser_path(),
            args: ['--automation', ...(options.args ?? [])],
          },
        }),
      )
      .build();
    await driver.manage().setTimeouts({ script: 120_000, pageLoad: 60_000 });
  } catch (error) {
    await close_all();
    throw new Error(`WebKitGTK does not start: ${error.message}\n${server.output()}`);
  }
  const keys = { Enter: Key.ENTER, Escape: Key.ESCAPE, Tab: Key.TAB, Backspace: Key.BACK_SPACE };
  return {
    name: 'webkit',
    driver,
    keys,
    version: async () => `WebKitGTK ${(await driver.getCapabilities()).get('browserVersion')}`,
    async new_page() {
      const console_lines = [];
      const page_errors = [];
      const evaluate = async (fn, arg) => {
        const said = await driver.executeAsyncScript(
          `const done = arguments[1];
           Promise.resolve().then(() => (${fn.toString()})(arguments[0])).then(
             (value) => done({ value }), (error) => done({ error: String(error && error.stack || error) }));`
            .replaceAll('arguments[0]', 'given')
            .replace('const done', 'const given = arguments[0]; const done'),
          arg,
        );
        if (said?.error) throw new Error(said.error);
        return said?.value ?? undefined;
      };
      return {
        console_lines,
        page_errors,
        goto: (url) => driver.get(url),
        evaluate,
        click_at: (x, y) =>
          driver
            .actions()
            .move({ x: Math.round(x), y: Math.round(y), origin: Origin.VIEWPORT, duration: 0 })
            .click()
            .perform(),
        type: (text) => driver.actions().sendKeys(text).perform(),
        press: (key) =>
          driver
            .actions()
            .sendKeys(keys[key] ?? key)
            .perform(),
        close: () => driver.get('about:blank'),
      };
    },
    async close() {
      await driver.quit().catch(() => {});
      await close_all();
    },
  };
}
