// Key to wire: from the keydown's own time stamp (when the browser received the key) to the return of `fetch` (the request
// is handed to the browser's network stack), in real Chromium, on a shop's page, against the real gateway, which answers at
// once. All of ours lies in between: the key's handler, the core's decision, storing the message, the request.
//
// Each sample is one Enter. A page sends at most 20 messages a minute (the core's spend guard), so a fresh page with fresh
// storage takes over after 20; its first message, which also loads the core and makes the preflight, is not counted. The
// page is cross-origin isolated, since the clock is too coarse otherwise. A pause before each press lets the page come to rest,
// as a person does who reads the reply; without it the drawing of the reply is measured too.
//
// Beside it, in the same page and in turns, `bare_fetch`: a plain box whose five-line handler posts the same kind of request
// and does nothing else. It is the floor that the browser and the machine set.
//
// Voice is in latency/voice.mjs. SHOPBELL_SHORT=1: a tenth of the presses and no voice, about half a minute, as a turn of `--against` wants it.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  browser_parts_ms,
  isolated_headers,
  key_to_wire_ms,
  press_and_wait,
  presses_a_page,
  watch_key_to_wire,
} from '../../tests/rig/pages/key_to_wire.mjs';
import { open_browser, open_gateway, open_shop, require_parts } from '../../tests/rig/stage.mjs';
import { open_widget, until_ready } from '../../tests/rig/widget.mjs';
import { with_stage } from '../../tests/rig/with_stage.mjs';
import { quantile } from '../lib/samples.mjs';
import { measure_voice } from './latency/voice.mjs';

export const description =
  'from the key press to the return of fetch; from the mouth to the wire, from the wire to the ear';

const short = Boolean(process.env.SHOPBELL_SHORT);
const presses = short ? 100 : 1_000;
const not_counted = 1;
const pause_ms = 80;
const api_path = '/api/chatkit/agent';

/** The floor: a box that posts at Enter, without a widget. */
function add_bare_box(page, gateway) {
  return page.evaluate((url) => {
    const box = document.createElement('input');
    box.id = 'bare';
    document.body.prepend(box);
    box.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      const headers = {
        'Content-Type': 'application/json',
        'X-API-Key': 'demo',
        'Idempotency-Key': crypto.randomUUID(),
      };
      const body = JSON.stringify({ sessionId: 'bare', message: 'a', history: [] });
      void fetch(url, { method: 'POST', headers, body })
        .then((response) => response.text())
        .finally(() => (box.dataset.answers = String(Number(box.dataset.answers ?? 0) + 1)));
    });
  }, gateway.url + api_path);
}

async function press_bare(page, count) {
  await page.focus('#bare');
  await sleep(pause_ms);
  await page.keyboard.press('Enter');
  await page.waitForSelector(`#bare[data-answers="${count}"]`);
}

async function press_ours(page) {
  await page.evaluate(() =>
    document.querySelector('shopbell-widget').shadowRoot.querySelector('[part~="box"]').focus(),
  );
  await sleep(pause_ms);
  await press_and_wait(page);
}

/** The samples of one page, ours and the floor's. */
async function press_page(browser, shop, gateway) {
  const page = await browser.new_page();
  await watch_key_to_wire(page);
  await page.goto(shop.url);
  if (!(await page.evaluate(() => crossOriginIsolated))) throw new Error('the page has no fine clock');
  await open_widget(page);
  await until_ready(page);
  await add_bare_box(page, gateway);
  for (let i = 0; i < presses_a_page; i += 1) {
    await press_ours(page);
    await press_bare(page, i + 1);
  }
  const samples_ms = await key_to_wire_ms(page);
  const { deliveries_ms, fetches_ms } = await browser_parts_ms(page);
  await page.context().close();
  if (samples_ms.length !== 2 * presses_a_page)
    throw new Error(`${samples_ms.length} requests for ${2 * presses_a_page} presses`);
  const samples = samples_ms
    .map((whole_ms, i) => ({
      whole_ms,
      delivery_ms: deliveries_ms[i],
      fetch_ms: fetches_ms[i],
      ours_ms: whole_ms - deliveries_ms[i] - fetches_ms[i],
    }))
    .slice(2 * not_counted);
  return { ours: samples.filter((_, i) => i % 2 === 0), bare: samples.filter((_, i) => i % 2 === 1) };
}

function summary(samples) {
  const at = (part, share) =>
    quantile(
      samples.map((sample) => sample[part]),
      share,
    );
  return {
    n: samples.length,
    key_to_wire_ms_p50: at('whole_ms', 0.5),
    key_to_wire_ms_p99: at('whole_ms', 0.99),
    key_to_wire_ms_max: at('whole_ms', 1),
    key_to_page_ms_p50: at('delivery_ms', 0.5),
    key_to_page_ms_p99: at('delivery_ms', 0.99),
    widget_ms_p50: at('ours_ms', 0.5),
    widget_ms_p99: at('ours_ms', 0.99),
    fetch_call_ms_p50: at('fetch_ms', 0.5),
    fetch_call_ms_p99: at('fetch_ms', 0.99),
  };
}

async function measure(stage, progress) {
  await require_parts(stage);
  const gateway = await open_gateway(stage, { streamPaceMs: 0, recordRequests: false });
  const shop = await open_shop(stage, { gateway, tag: { idempotency: 'on' }, headers: isolated_headers });
  const browser = await open_browser(stage);
  const ours = [];
  const bare = [];
  while (ours.length < presses) {
    const samples = await press_page(browser, shop, gateway);
    ours.push(...samples.ours);
    bare.push(...samples.bare);
    progress(`${ours.length} of ${presses} presses`);
  }
  return { shopbell: summary(ours), bare_fetch: summary(bare) };
}

export async function run({ progress }) {
  const stage_of = (use) =>
    with_stage((stage) =>
      use({
        ...stage,
        skip: (why) => {
          throw new Error(why);
        },
      }),
    );
  const { shopbell, bare_fetch } = await stage_of((stage) => measure(stage, progress));
  if (short) return { shopbell, bare_fetch };
  const voice = await measure_voice({ with_stage: stage_of, progress });
  return {
    shopbell: { ...shopbell, ...voice.shopbell },
    bare_fetch,
    bare_pipeline: voice.bare_pipeline,
  };
}
