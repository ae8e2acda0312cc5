// A shop of one page on an origin of its own, with the widget's tag in it.
import { createServer } from 'node:http';

const escape_attribute = (value) => String(value).replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** The widget's tag. `attributes` are without `data-`; undefined leaves one out. */
export function widget_tag(widget_url, attributes = {}) {
  const data = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` data-${name}="${escape_attribute(value)}"`)
    .join('');
  return `<script src="${escape_attribute(widget_url)}/shopbell.js" crossorigin="anonymous"${data} async></script>`;
}

/** Texts of scripts that stand first in every page of a shop: for browsers whose driver can't put them there. */
export const scripts_of_all_pages = new Set();

function with_scripts(html) {
  const scripts = [...scripts_of_all_pages].map(
    (text) => `<script>${text.replaceAll('</', '<\\/')}</script>`,
  );
  return html.replace(/<head>|^<!doctype html>(?!\s*<html)/i, (begin) => begin + scripts.join(''));
}

/**
 * Serves `pages[path]`, each a function or an object {html, headers}; every other path is 404.
 * `localhost`, not an address: it is a secure context with a host name, as a shop has one.
 */
export async function start_shop(pages) {
  const hits = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://shop').pathname;
    hits.push(path);
    const entry = typeof pages[path] === 'function' ? pages[path](request) : pages[path];
    if (!entry) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not here');
      return;
    }
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      ...entry.headers,
    });
    response.end(typeof entry.html === 'string' ? with_scripts(entry.html) : entry.html);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${server.address().port}`,
    hits,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/** A plain product page. */
export function shop_html(tag, { head = '', body = '' } = {}) {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Lamp - Corner Shop</title><link rel="icon" href="data:,">${head}</head>
<body>
<header><nav><a href="/">Home</a> <a href="/basket">Basket</a></nav></header>
<main><h1>Desk lamp</h1><p>A lamp for a desk, 39.00.</p><button type="button">Add to basket</button>${body}</main>
${tag}
</body>
</html>
`;
}
