// A shop whose chat is at the back end `hal`, and a page of it; where asked behind the proxy, as a shop has both.
import { open_browser, open_gateway, open_shop, require_parts } from '../stage.mjs';
import { open_widget, until_ready } from '../widget.mjs';
import { hal_proxy_missing, start_hal_proxy } from './proxy.mjs';
import { start_hal_server } from './server.mjs';

/** As Shopbell.init names what the tag names in kebab case. */
const in_camel_case = (tag) =>
  Object.fromEntries(
    Object.entries(tag).map(([name, value]) => [name.replace(/-(.)/g, (_, one) => one.toUpperCase()), value]),
  );

/**
 * @param {object} t the row's context
 * @param {object} options
 * @param {boolean} [options.proxied]  the proxy stands before the page's server and the back end
 * @param {object} [options.server]    of the back end
 * @param {object} [options.tag]       attributes, besides the back end and its address
 * @param {object} [options.html]      of the shop's page
 * @param {object} [options.browser]   one that is there; a plain Chromium
 */
export async function open_hal_stage(t, { proxied = false, server = {}, tag = {}, html, browser } = {}) {
  await require_parts(t);
  if (proxied && hal_proxy_missing()) t.skip(hal_proxy_missing());
  const hal = await start_hal_server(server);
  t.defer(hal.close);
  const gateway = await open_gateway(t); // for the widget's files alone
  const attributes = { backend: 'hal', 'api-url': hal.url.replace('ws', 'http'), ...tag };
  const parts = { t, hal, gateway, tag: attributes, browser: browser ?? (await open_browser(t)) };
  if (!proxied) return { ...parts, url: (await open_shop(t, { gateway, tag: attributes, html })).url };
  // The page asks the host that it came from, whose port is not known yet: its own script names it.
  const shop = await open_shop(t, { gateway, tag: { 'api-url': undefined, 'api-key': undefined }, html });
  const proxy = await start_hal_proxy({ page_port: Number(new URL(shop.url).port), hal_port: hal.port });
  t.defer(proxy.close);
  return { ...parts, proxy, url: proxy.url };
}

/** Opens the chat; for a page behind the proxy its address is the page's own. */
export async function open_hal_page({ browser, url, proxy, tag }, { before } = {}) {
  const page = await browser.new_page({ ignoreHTTPSErrors: true });
  if (proxy)
    await page.addInitScript(
      (options) =>
        addEventListener('load', () => window.Shopbell.init({ ...options, apiUrl: location.origin })),
      in_camel_case(tag),
    );
  await before?.(page);
  await page.goto(url);
  await open_widget(page);
  await until_ready(page);
  return page;
}
