// One call sets up what most browser tests need: real gateway, shop on another origin, real Chromium, and where asked
// the fault proxy between them. Everything is let go through `t.defer`.
import { browser_missing, launch_browser } from './browsers/browser.mjs';
import { start_fault_proxy } from './network/fault_proxy.mjs';
import { gateway_missing, start_gateway } from './gateway.mjs';
import { shop_html, start_shop, widget_tag } from './pages/shop_page.mjs';
import { open_widget } from './widget.mjs';

/** Skips the row, loudly, when a real part is not here. `t.browser`: another than Chromium, one of text_browsers. */
export async function require_parts(t) {
  const missing = (await (t.browser?.missing ?? browser_missing)()) ?? gateway_missing();
  if (missing) t.skip(missing);
}

/**
 * A shop whose one page has the widget's tag. With `proxy`, the API goes through it; the widget's files do not.
 * @param {{gateway: {url: string}, proxy?: {url: string}, tag?: object, html?: object, headers?: object}} parts
 */
export async function open_shop(t, { gateway, proxy, tag = {}, html = {}, headers = {} }) {
  const attributes = { 'api-url': (proxy ?? gateway).url, 'api-key': 'demo', ...tag };
  const page = { html: shop_html(widget_tag(gateway.url, attributes), html), headers };
  const shop = await start_shop({
    '/': page,
    '/basket': page,
    '/empty': { html: '<!doctype html><title>Empty</title>' },
  });
  t.defer(shop.close);
  return shop;
}

export async function open_gateway(t, options = {}) {
  const gateway = await start_gateway(options);
  t.defer(gateway.close);
  return gateway;
}

export async function open_proxy(t, gateway, options = {}) {
  const proxy = await start_fault_proxy(gateway.url, options);
  t.defer(proxy.close);
  return proxy;
}

export async function open_browser(t, options = {}) {
  const browser = await (t.browser?.launch ?? launch_browser)(options);
  t.defer(browser.close);
  return browser;
}

/** A fresh shopper (own storage) on the shop's page with the panel open. */
export async function new_shopper(browser, shop, context_options = {}) {
  const page = await browser.new_page(context_options);
  await page.goto(shop.url);
  await open_widget(page);
  return page;
}

/**
 * @param {object} t the row's context
 * @param {{gateway?: object, proxy?: boolean, tag?: object, html?: object, browser?: object}} options
 */
export async function set_stage(t, options = {}) {
  await require_parts(t);
  const gateway = await open_gateway(t, options.gateway);
  const proxy = options.proxy ? await open_proxy(t, gateway) : undefined;
  const shop = await open_shop(t, { gateway, proxy, tag: options.tag, html: options.html });
  const browser = await open_browser(t, options.browser);
  return { gateway, proxy, shop, browser, new_shopper: () => new_shopper(browser, shop) };
}
