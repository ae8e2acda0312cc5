// A shop that is hard on what it embeds. What is read of the widget is read from a world of its own (Playwright's locators), since such a
// page may have broken what its own world would need for that.
import { watch_page } from '../rig/browsers/browser.mjs';
import { start_shop, widget_tag } from '../rig/pages/shop_page.mjs';
import { part, until } from '../rig/widget.mjs';

const text = '<p>A lamp for a desk, 39.00. It is neither too bright nor too tall.</p>'.repeat(12);

/** `head` and `body` stand before the widget's tag, `end` after it. */
const hostile_html = (tag, { head = '', body = '', end = '' }) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lamp - Corner Shop</title><link rel="icon" href="data:,">${head}</head>
<body>${body}<main><h1>Desk lamp</h1>${text}</main>
${tag}${end}</body></html>`;

/**
 * @param {{defer: (fn: () => any) => void}} stage
 * @param {object} options
 * @param {object} [options.html]  parts of the page
 * @param {object} [options.form]  of the browser's context
 * @param {object} [options.tag]   attributes
 */
export async function open_hostile_page(stage, { gateway, browser, html = {}, form = {}, tag = {} }) {
  const attributes = { 'api-url': gateway.url, 'api-key': 'demo', backend: 'shopbell', ...tag };
  const shop = await start_shop({ '/': { html: hostile_html(widget_tag(gateway.url, attributes), html) } });
  stage.defer(shop.close);
  const context = await browser.new_context({ reducedMotion: 'reduce', colorScheme: 'light', ...form });
  stage.defer(() => context.close());
  const page = watch_page(await context.newPage());
  page.sockets = [];
  page.on('websocket', (socket) => page.sockets.push(socket));
  await page.goto(shop.url);
  return page;
}

/** Waits until the agent has `count` finished rows. */
export const until_done = (page, count) =>
  until(
    `${count} finished replies`,
    async () => (await part(page, 'rows').locator('[data-author=agent][data-state=done]').count()) >= count,
    { seen: () => [page.console_lines.slice(-8), page.page_errors] },
  );
