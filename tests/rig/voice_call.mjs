// A whole call for a test: recogniser, voice, gateway, relay, shop and a shopper in one of three real browsers, who presses the
// microphone. What is read is what a shopper sees and hears, and what passes on the wire.
import { as_shopper } from './shopper.mjs';
import { browser_missing, launch_browser, watch_page } from './browsers/browser.mjs';
import { ear_script, raw_microphone_script } from './sound/ear.mjs';
import { firefox_missing, launch_firefox } from './browsers/firefox.mjs';
import { gateway_missing } from './gateway.mjs';
import { pulse_missing, start_pulse } from './sound/pulse.mjs';
import { start_recogniser } from './sound/recogniser.mjs';
import { start_speaker } from './sound/speaker.mjs';
import { speech_missing } from './sound/speech.mjs';
import { open_gateway, open_shop } from './stage.mjs';
import { launch_webkit, webkit_missing } from './browsers/webkit.mjs';
import { write_wav } from './sound/wav.mjs';
import { start_tcp_proxy } from './network/tcp_proxy.mjs';
import { start_wire } from './network/wire.mjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const greeting = 'Hello! How can I help you today?';

const launchers = {
  firefox: { missing: firefox_missing, launch: launch_firefox },
  webkit: { missing: webkit_missing, launch: launch_webkit },
};

/** Why a call in this browser cannot be tested here, or undefined. */
export async function call_missing(browser = 'chromium') {
  const own =
    browser === 'chromium'
      ? await browser_missing()
      : ((await launchers[browser].missing()) ?? pulse_missing());
  return own ?? gateway_missing() ?? speech_missing();
}

const with_hands = (page) =>
  Object.assign(page, {
    click_at: (x, y) => page.mouse.click(x, y),
    type: (text) => page.keyboard.type(text),
    press: (key) => page.keyboard.press(key),
  });

/**
 * Chromium with a file as its microphone. The file begins when the page opens the microphone, and silence follows it.
 * @param {import('./sound/wav.mjs').Sound} sound
 */
export async function open_chromium(stage, sound, args = []) {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-microphone-'));
  const file = join(folder, 'microphone.wav');
  write_wav(file, sound);
  const browser = await launch_browser({
    args: [
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${file}%noloop`,
      ...args,
    ],
  });
  stage.defer(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    name: 'chromium',
    browser,
    new_page: async (context_options) => with_hands(await browser.new_page(context_options)),
    /** Another tab of the same shopper. */
    new_tab: async (page) => with_hands(watch_page(await page.context().newPage())),
  };
}

/**
 * Everything that a call needs, up to a page with the widget open.
 * @param {{defer: (fn: () => any) => void}} stage
 * @param {object} options
 * @param {'chromium'|'firefox'|'webkit'} [options.browser]
 * @param {import('./sound/wav.mjs').Sound} [options.microphone]  Chromium: what its microphone hears
 * @param {number} [options.rate_hz]     the others: of their devices
 * @param {string[]} [options.candidates] what the recogniser knows
 * @param {object} [options.gateway]     its settings
 * @param {{url: string}} [options.files]  where the widget's files come from, when not from that gateway
 * @param {object} [options.tag]         attributes of the tag
 * @param {boolean} [options.listen]     records inside the page (ear.mjs)
 * @param {boolean} [options.raw]        the browser's own processing of the microphone is off
 * @param {object} [options.headers]     of the shop's page
 * @param {boolean} [options.network]    a TCP proxy stands before the relay, for faults of the network
 */
export async function open_call_stage(stage, options = {}) {
  const { browser: kind = 'chromium', candidates = [], listen = true, raw = false } = options;
  const heads = [...(listen ? [ear_script] : []), ...(raw ? [raw_microphone_script] : [])];
  const recogniser = await start_recogniser({ candidates });
  stage.defer(recogniser.close);
  const speaker = await start_speaker();
  stage.defer(speaker.close);
  const gateway = await open_gateway(stage, {
    voiceGreeting: greeting,
    sttBaseUrl: recogniser.url,
    ttsBaseUrl: speaker.url,
    logLevel: 'info',
    streamPaceMs: 0,
    ...options.gateway,
  });
  const wire = await start_wire(gateway);
  stage.defer(wire.close);
  const network = options.network ? await start_tcp_proxy(wire.port) : undefined;
  if (network) stage.defer(network.close);
  const shop = await open_shop(stage, {
    gateway: options.files ?? gateway,
    proxy: network ?? wire,
    tag: { backend: 'shopbell', voice: 'shopbell', ...options.tag },
    html: { ...options.html, head: [...heads, options.html?.head ?? ''].join('') },
    headers: options.headers,
  });
  let pulse;
  let devices;
  let browser;
  if (kind === 'chromium') {
    browser = await open_chromium(stage, options.microphone, options.args);
  } else {
    const rate_hz = options.rate_hz ?? 48_000;
    pulse = await start_pulse();
    stage.defer(pulse.close);
    devices = {
      speaker: await pulse.add_speaker({ rate_hz }),
      microphone: await pulse.add_microphone({ rate_hz }),
    };
    browser = await launchers[kind].launch({ env: pulse.env });
    stage.defer(browser.close);
  }
  const page = await browser.new_page();
  const shopper = as_shopper(page);
  await page.goto(shop.url);
  await shopper.open();
  return { recogniser, speaker, gateway, wire, network, shop, pulse, devices, browser, page, shopper };
}
