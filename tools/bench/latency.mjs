// Key to wire: from the keydown's own time stamp (when the browser received the key) to the return of `fetch` (the request
// is handed to the browser's network stack), in real Chromium, on a shop's page, against the real gateway, which answers at
// once. All of ours lies in between: the key's handler, the core's decision, storing the message, the request.
//
// Each sample is one Enter. A page sends at most 20 messages a minute (the core's spend guard), so a fresh page with fresh
// storage takes over after 20; its first message, which also loads the core and makes the preflight, is not counted. The
// page is cross-origin isolated, since the clock is too coarse otherwise.
import {
  isolated_headers,
  key_to_wire_ms,
  press_and_wait,
  presses_a_page,
  quantile,
  watch_key_to_wire,
} from '../../tests/rig/key_to_wire.mjs';
import { open_browser, open_gateway, open_shop, require_parts } from '../../tests/rig/stage.mjs';
import { open_widget, until_ready } from '../../tests/rig/widget.mjs';

export const description = 'from the key press to the return of fetch';

const presses = 1_000;
const not_counted = 1;

async function press_page(browser, shop) {
  const page = await browser.new_page();
  await watch_key_to_wire(page);
  await page.goto(shop.url);
  if (!(await page.evaluate(() => crossOriginIsolated))) throw new Error('the page has no fine clock');
  await open_widget(page);
  await until_ready(page);
  for (let i = 0; i < presses_a_page; i += 1) await press_and_wait(page);
  const samples_ms = await key_to_wire_ms(page);
  await page.context().close();
  if (samples_ms.length !== presses_a_page)
    throw new Error(`${samples_ms.length} messages for ${presses_a_page} presses`);
  return samples_ms.slice(not_counted);
}

async function measure(stage, progress) {
  await require_parts(stage);
  const gateway = await open_gateway(stage, { streamPaceMs: 0, recordRequests: false });
  const shop = await open_shop(stage, { gateway, tag: { idempotency: 'on' }, headers: isolated_headers });
  const browser = await open_browser(stage);
  const samples_ms = [];
  while (samples_ms.length < presses) {
    samples_ms.push(...(await press_page(browser, shop)));
    progress(`${samples_ms.length} of ${presses} presses`);
  }
  return {
    shopbell: {
      n: samples_ms.length,
      key_to_wire_ms_p50: quantile(samples_ms, 0.5),
      key_to_wire_ms_p99: quantile(samples_ms, 0.99),
      key_to_wire_ms_max: Math.max(...samples_ms),
    },
  };
}

export async function run({ progress }) {
  const deferred = [];
  const stage = {
    defer: (fn) => deferred.push(fn),
    skip: (why) => {
      throw new Error(why);
    },
  };
  try {
    return await measure(stage, progress);
  } finally {
    for (const fn of deferred.reverse()) await fn();
  }
}
