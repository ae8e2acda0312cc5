// The demo shop's server: pages, pictures, style. It runs on a port of its own, so that the widget comes from another
// origin, as it does in real shops.
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { loadCatalogue } from './catalogue.mjs';
import { aboutPage, basketPage, homePage, listPage, notFoundPage, oneOfEach, productPage } from './pages.mjs';
import { pictureOf } from './pictures.mjs';

const files = new Map(
  [
    ['/shop.css', 'shop.css', 'text/css; charset=utf-8'],
    ['/shop.js', 'shop.js', 'text/javascript; charset=utf-8'],
    ['/icon.svg', 'icon.svg', 'image/svg+xml'],
  ].map(([path, file, type]) => [path, { body: readFileSync(new URL(file, import.meta.url)), type }]),
);

const pageType = 'text/html; charset=utf-8';

/** The tag as a shop would write it, for a gateway at `gatewayUrl`. */
export const defaultWidgetTag = (gatewayUrl) => ({
  src: `${gatewayUrl}/shopbell.js`,
  crossorigin: 'anonymous',
  'data-api-url': gatewayUrl,
  'data-api-key': 'demo',
  'data-idempotency': 'on',
  async: true,
});

/**
 * @param {object} options
 * @param {number} [options.port] 0 takes a free one
 * @param {string} [options.host]
 * @param {object|null|((request: http.IncomingMessage) => object|null)} [options.widgetTag] attributes of the one script
 *   tag, or a function that gives them for a request; null leaves it out
 * @param {import('./catalogue.mjs').Catalogue} [options.catalogue]
 * @returns {Promise<{url: string, port: number, close(): Promise<void>}>}
 */
export async function startShop({
  port = 0,
  host = '127.0.0.1',
  widgetTag = null,
  catalogue = loadCatalogue(),
} = {}) {
  const server = http.createServer((request, response) => {
    let answer;
    try {
      const widget = typeof widgetTag === 'function' ? widgetTag(request) : widgetTag;
      answer = answerTo(request, catalogue, widget);
    } catch {
      answer = {
        status: 500,
        type: 'text/plain; charset=utf-8',
        body: 'Something went wrong in the demo shop.\n',
      };
    }
    response.writeHead(answer.status, {
      'Content-Type': answer.type,
      'Cache-Control': 'no-cache',
      'X-Content-Type-Options': 'nosniff',
      ...answer.headers,
    });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  });
  await new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`Port ${port} is taken: stop what runs there or set SHOP_PORT to another`)
          : error,
      ),
    );
    server.listen(port, host, resolve);
  });
  const bound = server.address().port;
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { url: `http://${host === '127.0.0.1' ? 'localhost' : host}:${bound}`, port: bound, close };
}

function answerTo(request, catalogue, widget) {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return {
      status: 405,
      type: 'text/plain; charset=utf-8',
      body: 'Only GET here.\n',
      headers: { Allow: 'GET, HEAD' },
    };
  const base = 'http://shop';
  const url = URL.canParse(request.url, base) ? new URL(request.url, base) : new URL('/not-found', base);
  const path = url.pathname;
  const file = files.get(path);
  if (file) return { status: 200, ...file };
  if (path === '/products.json')
    return { status: 200, type: 'application/json', body: JSON.stringify(basketProducts(catalogue)) };
  const picture = /^\/img\/(\d{1,9})\.svg$/.exec(path);
  const pictured = picture && productOf(catalogue, picture[1]);
  if (pictured) return { status: 200, type: 'image/svg+xml', body: pictureOf(pictured, catalogue.colours) };
  const body = pageAt(path, url.searchParams, { catalogue, widget, path });
  return body
    ? { status: 200, type: pageType, body }
    : { status: 404, type: pageType, body: notFoundPage({ catalogue, widget, path }) };
}

const productOf = (catalogue, id) => catalogue.products.find((product) => product.id === Number(id));

const basketProducts = ({ products }) =>
  products.map(({ id, name, slug, priceSgd, stock }) => ({ id, name, slug, priceSgd, stock }));

function pageAt(path, parameters, shop) {
  const { products, categories } = shop.catalogue;
  const filter = {
    sort: parameters.get('sort') ?? undefined,
    brand: parameters.get('brand') || undefined,
    stock: parameters.get('stock'),
  };
  if (path === '/') return homePage(shop);
  if (path === '/about') return aboutPage(shop);
  if (path === '/basket') return basketPage(shop);
  if (path === '/search') {
    const query = (parameters.get('q') ?? '').slice(0, 100);
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const about = ({ name, brand, categoryName, text }) =>
      `${name} ${brand} ${categoryName} ${text}`.toLowerCase();
    const found = products.filter((product) => words.every((word) => about(product).includes(word)));
    return listPage(
      { ...shop, query },
      query ? `Results for “${query}”` : 'All products',
      oneOfEach(found),
      filter,
    );
  }
  const category = categories.find(({ slug }) => path === `/c/${slug}`);
  if (category)
    return listPage(
      shop,
      category.name,
      oneOfEach(products.filter((product) => product.category === category.slug)),
      filter,
    );
  const id = /^\/p\/(\d{1,9})(?:-[a-z0-9-]*)?$/.exec(path)?.[1];
  const product = id && productOf(shop.catalogue, id);
  return product ? productPage(shop, product) : null;
}
