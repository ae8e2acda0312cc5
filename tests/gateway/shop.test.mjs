// The demo shop: its catalogue, every page and picture, and the one script tag.
import assert from 'node:assert/strict';
import test from 'node:test';
import { loadCatalogue, picturePath, productPath } from '../../web/shop/catalogue.mjs';
import { defaultWidgetTag, startShop } from '../../web/shop/server.mjs';

async function shopFor(t, options) {
  const shop = await startShop(options);
  t.after(() => shop.close());
  return shop;
}

const scriptTags = (html) => html.match(/<script[^>]*>/g).filter((tag) => !tag.includes('/shop.js'));

test('the catalogue has at least 150 products, the same every time', () => {
  const catalogue = loadCatalogue();
  assert.ok(catalogue.products.length >= 150, String(catalogue.products.length));
  assert.deepEqual(loadCatalogue(), catalogue);
  const { products } = catalogue;
  assert.equal(new Set(products.map(({ id }) => id)).size, products.length);
  assert.equal(new Set(products.map(({ name }) => name)).size, products.length);
  for (const product of products) {
    assert.ok(product.priceSgd > 0 && Number.isInteger(product.stock) && product.text !== '', product.name);
    assert.equal(product.stockStatus, product.stock > 0 ? 'instock' : 'outofstock');
  }
  assert.ok(products.some(({ stock }) => stock === 0));
});

test('every product has a page and a picture', async (t) => {
  const shop = await shopFor(t);
  for (const product of loadCatalogue().products) {
    const page = await fetch(shop.url + productPath(product));
    assert.equal(page.status, 200);
    assert.ok((await page.text()).includes(`<h1>${product.name}</h1>`), product.name);
    const picture = await fetch(shop.url + picturePath(product));
    assert.equal(picture.headers.get('content-type'), 'image/svg+xml');
    const svg = await picture.text();
    assert.ok(svg.startsWith('<svg') && !/undefined|NaN/.test(svg), product.name);
  }
});

test('every page has the one tag with its attributes', async (t) => {
  const shop = await shopFor(t, { widgetTag: defaultWidgetTag('http://localhost:8787') });
  for (const path of ['/', '/c/phones', '/search?q=buds', '/p/1036-ovio-n9', '/basket', '/about', '/nothing'])
    assert.deepEqual(scriptTags(await (await fetch(shop.url + path)).text()), [
      '<script src="http://localhost:8787/shopbell.js" crossorigin="anonymous" data-api-url="http://localhost:8787" data-api-key="demo" data-idempotency="on" async>',
    ]);
});

test('the tag can differ for each request, and its values are escaped', async (t) => {
  const shop = await shopFor(t, {
    widgetTag: ({ url }) =>
      url === '/about' ? null : { src: '/x.js', 'data-voice': '"><b>', 'bad name': 'x' },
  });
  assert.deepEqual(scriptTags(await (await fetch(shop.url)).text()), [
    '<script src="/x.js" data-voice="&quot;&gt;&lt;b&gt;">',
  ]);
  assert.deepEqual(scriptTags(await (await fetch(`${shop.url}/about`)).text()), []);
});

test('lists are filtered, sorted and searched', async (t) => {
  const shop = await shopFor(t);
  const names = async (path) =>
    [...(await (await fetch(shop.url + path)).text()).matchAll(/class="name">([^<]*)</g)].map(
      (match) => match[1],
    );
  assert.equal((await names('/c/phones')).length, 8);
  assert.equal((await names('/c/phones?sort=cheap'))[0], 'Tarn Lite 64GB Black');
  assert.ok((await names('/c/phones?brand=Ovio')).every((name) => name.startsWith('Ovio')));
  assert.deepEqual(await names('/search?q=STARFALL+rangers'), ['Starfall Rangers for Nimbo Play 5']);
  assert.deepEqual(await names('/search?q=zzz'), []);
});

test('what a shopper types is escaped, odd requests are refused, and the shop lives on', async (t) => {
  const shop = await shopFor(t);
  const page = await (
    await fetch(`${shop.url}/search?q=${encodeURIComponent('"><script>alert(1)</script>')}`)
  ).text();
  assert.ok(!page.includes('<script>alert'));
  for (const [path, status] of [
    ['/p/999999-x', 404],
    ['/p/abc', 404],
    ['/img/1.svg', 404],
    ['/c/none', 404],
    ['/%', 404],
    ['//', 404],
  ])
    assert.equal((await fetch(shop.url + path)).status, status, path);
  assert.equal((await fetch(shop.url, { method: 'POST' })).status, 405);
  assert.equal((await fetch(shop.url, { method: 'HEAD' })).status, 200);
});

test('a taken port is one sentence', async (t) => {
  const shop = await shopFor(t);
  await assert.rejects(startShop({ port: shop.port }), /Port \d+ is taken: .*SHOP_PORT/);
});
