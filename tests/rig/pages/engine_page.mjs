// Serves engine_page.ts as a shop on an origin of its own, and speaks to it.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { css_text } from '../../../web/css_text.mjs';
import { start_shop } from './shop_page.mjs';
import { part, until } from '../widget.mjs';

const script = { 'content-type': 'text/javascript' };

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('engine_page.ts', import.meta.url))],
    plugins: [css_text],
    bundle: true,
    format: 'esm',
    target: 'es2020',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0].text;
}
let bundled;

/**
 * @param {{defer: (fn: () => any) => void}} stage
 * @param {object} options
 * @param {{url: string}} options.gateway
 * @param {string} [options.base]     where voice.js lies; the gateway
 * @param {boolean} [options.own_worker] the owner's own worker file is named
 * @param {object} [options.headers]  of the page
 */
export async function open_engine_shop(stage, { gateway, base = gateway.url, own_worker = false, headers }) {
  bundled ??= bundle();
  const plan = {
    base,
    text_url: `${gateway.url.replace('http', 'ws')}/shopbell/v1/text`,
    ...(own_worker ? { worker_url: '/worker.js' } : {}),
  };
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Engine</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>Desk lamp</h1></main>
<script src="/plan.js"></script><script type="module" src="/page.js"></script></body></html>`;
  const shop = await start_shop({
    '/': { html, headers },
    '/plan.js': { html: `window.engine_plan = ${JSON.stringify(plan)};`, headers: script },
    '/page.js': { html: await bundled, headers: script },
    '/worker.js': { html: `import '${base}/voice-worker.js';`, headers: script },
  });
  stage.defer(shop.close);
  return shop;
}

/** Keeps each microphone and each AudioContext that the page gets, to see whether they are let go. */
export const watch_microphones = (page) =>
  page.addInitScript(() => {
    const seen = (window.__sound = { tracks: [], contexts: [] });
    const devices = window.MediaDevices?.prototype;
    const real = devices?.getUserMedia;
    if (real)
      devices.getUserMedia = async function (...args) {
        const stream = await real.apply(this, args);
        seen.tracks.push(...stream.getTracks());
        return stream;
      };
    window.AudioContext = class extends window.AudioContext {
      constructor(...args) {
        super(...args);
        seen.contexts.push(this);
      }
    };
  });

export const sound_of = (page) =>
  page.evaluate(() => ({
    tracks: window.__sound.tracks.map(({ readyState }) => readyState),
    enabled: window.__sound.tracks.map(({ enabled }) => enabled),
    contexts: window.__sound.contexts.map(({ state }) => state),
  }));

export const engine_said = (page, type) =>
  page.evaluate((wanted) => window.engine_rig.said.filter((event) => event.type === wanted), type);

/** Waits for something that the engine says. */
export const until_engine = (page, wanted, options = {}) =>
  until(
    `the engine says ${JSON.stringify(wanted)}`,
    async () =>
      (await engine_said(page, wanted.type)).find((event) =>
        Object.entries(wanted).every(([name, value]) => event[name] === value),
      ),
    {
      timeout_ms: 20_000,
      seen: async () => [
        await page.evaluate(() => window.engine_rig.said),
        page.console_lines.slice(-5),
        page.page_errors,
      ],
      ...options,
    },
  );

export const carry_out = (page, command) =>
  page.evaluate((given) => window.engine_rig.carry_out(given), command);

const call = { state: 'live', agent: 'listening', muted: false, push_to_talk: false, code: 'none' };
const over = ['idle', 'ended', 'failed'];
/** As the core tells it. */
export function show_call(page, shown) {
  const told = { ...call, ...shown };
  return carry_out(page, { type: 'show_call', running: !over.includes(told.state), ...told });
}

/** A press of the microphone's button, once the page has what a call needs of the gateway. */
export async function press_microphone(page, { welcome = true } = {}) {
  if (welcome) await page.locator('body[data-welcome]').waitFor();
  await part(page, 'mic').click();
}

/** By which way the engine runs, from its own line in the console. */
export const way_of = (page) =>
  page.console_lines.map(({ text }) => /voice: runs by way of "(\w+)"/.exec(text)?.[1]).find(Boolean);
