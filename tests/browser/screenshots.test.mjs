// Pictures of the widget on the demo shop, for people to look at: build/screenshots. The test itself sees that they are not
// blank, that the panel lies within the window, and that nothing in it is cut off sideways.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { defaultWidgetTag, startShop } from '../../web/shop/server.mjs';
import { launch_browser } from '../rig/browsers/browser.mjs';
import { start_gateway } from '../rig/gateway.mjs';
import { layout_of } from '../rig/browsers/layout.mjs';
import { count_colours, read_png } from '../rig/browsers/png.mjs';
import { needs_browser, stage_of } from '../rig/suite.mjs';
import { reach_state } from './stage.mjs';
import { states } from './states.mjs';

const folder = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));
const desktop = { viewport: { width: 1200, height: 800 } };
const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

const pictures = {
  desktop: { state: 'done, with markdown and products', form: desktop },
  dark: { state: 'done, with markdown and products', form: { ...desktop, colorScheme: 'dark' } },
  phone: { state: 'done, with markdown and products', form: phone },
  'phone-dark': { state: 'done, with markdown and products', form: { ...phone, colorScheme: 'dark' } },
  error: { state: 'failed', form: desktop },
  'phone-not-confirmed': { state: 'not confirmed', form: phone },
  streaming: { state: 'streaming', form: desktop },
  'phone-streaming': { state: 'streaming', form: phone },
  'phone-too-long': { state: 'too long', form: phone },
  offline: { state: 'offline', form: desktop },
  empty: { state: 'open and empty', form: desktop },
  closed: { state: 'closed', form: desktop },
};

/** The demo shop, whose tag is put on for each test, and a gateway whose answers link to it. */
let started;
const parts = () => (started ??= start());
async function start() {
  let tag;
  const shop = await startShop({ widgetTag: () => tag });
  const gateway = await start_gateway({ shopUrl: shop.url });
  return { shop, wear: (worn) => (tag = worn), gateway, browser: await launch_browser() };
}
after(async () => {
  const { shop, gateway, browser } = (await started) ?? {};
  await browser?.close();
  await gateway?.close();
  await shop?.close();
});

const pictures_loaded = (page) =>
  page.waitForFunction(() => {
    const root = document.querySelector('shopbell-widget').shadowRoot;
    // A lazy picture outside of the window is not fetched.
    const seen = (one) =>
      one.getBoundingClientRect().bottom > 0 && one.getBoundingClientRect().top < innerHeight;
    return [...document.images, ...root.querySelectorAll('img')].every((one) => !seen(one) || one.complete);
  });

for (const [name, { state, form }] of Object.entries(pictures)) {
  test(`screenshot: ${name}`, needs_browser, async (t) => {
    const stage = stage_of(t);
    const { shop, wear, gateway, browser } = await parts();
    const shop_of = async (proxy, attributes) => {
      const data = Object.entries(attributes).map(([key, value]) => [`data-${key}`, value]);
      wear({ ...defaultWidgetTag(gateway.url), 'data-api-url': proxy.url, ...Object.fromEntries(data) });
      return shop;
    };
    const page = await reach_state(stage, { gateway, browser }, states[state], { form, shop_of });
    await pictures_loaded(page);
    const bytes = await page.screenshot();
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}${name}.png`, bytes);

    const { open, panel, window, scrolls_sideways, cut } = await layout_of(page);
    assert.equal(open, !states[state].closed);
    assert.equal(scrolls_sideways, false, 'the page scrolls sideways');
    assert.deepEqual(cut, [], 'cut off');
    const png = read_png(bytes);
    const scale = form.deviceScaleFactor ?? 1;
    assert.deepEqual([png.width, png.height], [window.width * scale, window.height * scale]);
    assert.ok(
      count_colours(png, { x: 0, y: 0, width: png.width, height: png.height }) > 100,
      'the picture is blank',
    );
    if (!open) return;
    assert.ok(panel.left >= 0 && panel.top >= 0, `the panel begins at ${panel.left}, ${panel.top}`);
    assert.ok(
      panel.right <= window.width + 0.5 && panel.bottom <= window.height + 0.5,
      `the panel ends at ${panel.right}, ${panel.bottom} in a window of ${window.width} x ${window.height}`,
    );
    const area = {
      x: Math.ceil(panel.left * scale),
      y: Math.ceil(panel.top * scale),
      width: Math.floor((panel.right - panel.left) * scale) - 1,
      height: Math.floor((panel.bottom - panel.top) * scale) - 1,
    };
    assert.ok(count_colours(png, area) > 30, 'the panel is blank');
    assert.deepEqual(page.page_errors, []);
  });
}
