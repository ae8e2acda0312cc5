// What the tests of this folder share: a folder that is served by the gateway, versions promoted into it, and a shop whose page has a tag.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promote } from '../../tools/release/promote.mjs';
import { launch_browser, watch_page } from '../rig/browsers/browser.mjs';
import { start_gateway } from '../rig/gateway.mjs';
import { shop_html, start_shop } from '../rig/pages/shop_page.mjs';
import { open_widget, say, until_answered, until_ready } from '../rig/widget.mjs';
import { make_version } from './versions.mjs';

export const temporary_folder = (defer) => {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-release-'));
  defer(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/**
 * Released versions, a folder that the gateway serves, and a browser: Chromium, or what `launch` starts.
 * @param {{defer: (fn: () => any) => void}} stage
 */
export async function open_releases({ defer }, names, { launch = launch_browser, ...options } = {}) {
  const from = temporary_folder(defer);
  const to = temporary_folder(defer);
  for (const name of names) await make_version(name, from, options);
  const gateway = await start_gateway({ filesDir: to });
  defer(gateway.close);
  const browser = await launch();
  defer(browser.close);
  return { from, to, gateway, browser, defer, promote: (version) => promote(version, { to, from }) };
}

/** A page with `tag(address of the served folder)` in it; `end` lets it go, and so does the end of the stage. */
export async function open_page(
  { gateway, browser, defer },
  tag,
  { context, before, site = gateway.url } = {},
) {
  const shop = await start_shop({ '/': { html: shop_html(tag(site, gateway.url)) } });
  const own = context ?? (await browser.new_context());
  const page = watch_page(await own.newPage());
  await before?.(page);
  await page.goto(shop.url);
  let ended = false;
  const end = async () => {
    if (ended) return;
    ended = true;
    await page.close();
    if (!context) await own.close();
    await shop.close();
  };
  defer(end);
  return Object.assign(page, { shop, end });
}

/** In lanes of three: a page that waits costs nothing. */
export async function in_lanes(all, work) {
  const waiting = [...all];
  const lane = async () => {
    for (let one; (one = waiting.shift());) await work(one);
  };
  await Promise.all([lane(), lane(), lane()]);
}

export const moving_tag =
  (query = '', attributes = '') =>
  (site, api) =>
    `<script src="${site}/shopbell.js${query}" crossorigin="anonymous" data-api-url="${api}" data-api-key="demo" data-idempotency="on" ${attributes} async></script>`;

/** Opens the chat and has one answer. */
export async function converse(page, text = 'do you have a lamp') {
  await open_widget(page);
  await say(page, text);
  await until_answered(page, 1);
  await until_ready(page);
}

export const said = (page, text) => page.console_lines.filter((line) => line.text.includes(text));
