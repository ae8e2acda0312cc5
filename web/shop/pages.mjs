// The demo shop's pages as HTML. One script tag at the end of each page is all that a shop adds for Shopbell.
import { picturePath, productPath } from './catalogue.mjs';
import { attributes, html } from './html.mjs';

const sgd = (value) => `S$${value.toLocaleString('en-SG')}`;

/** @param {{catalogue: import('./catalogue.mjs').Catalogue, widget: object|null, path: string}} shop */
function page(shop, title, content) {
  const { store, categories } = shop.catalogue;
  const nav = categories.map(
    ({ slug, name }) =>
      html`<a href="/c/${slug}" ${attributes({ 'aria-current': shop.path === `/c/${slug}` && 'page' })}
        >${name}</a
      >`,
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · ${store.name}</title>
        <link rel="stylesheet" href="/shop.css" />
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <script src="/shop.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#content">Skip to content</a>
        <header class="top">
          <div class="bar">
            <a class="brand" href="/"><img src="/icon.svg" alt="" width="32" height="32" />${store.name}</a>
            <form class="search" action="/search" role="search">
              <input
                type="search"
                name="q"
                placeholder="Search the shop"
                aria-label="Search the shop"
                maxlength="100"
                value="${shop.query ?? ''}"
              /><button>Search</button>
            </form>
            <a class="basket-link" href="/basket"
              >Basket <span class="count" data-basket-count hidden></span
            ></a>
          </div>
          <nav class="categories" aria-label="Categories">
            ${nav}<a href="/about" ${attributes({ 'aria-current': shop.path === '/about' && 'page' })}
              >About &amp; hours</a
            >
          </nav>
        </header>
        <main id="content">${content}</main>
        <footer class="foot">
          <div><strong>${store.name}</strong><br />${store.address}<br />${store.phone}</div>
          <div>
            <strong>Opening hours</strong
            ><br />${store.hours.map(({ days, open, close }) => html`${days}: ${open} – ${close}<br />`)}
          </div>
          <div>
            <strong>Good to know</strong><br /><a href="/about#delivery">Delivery</a><br /><a
              href="/about#returns"
              >Returns</a
            ><br /><a href="/about#trade-in">Trade-in</a>
          </div>
          <p class="small">A demo shop: brands, devices and prices are invented.</p>
        </footer>
        ${shop.widget && html`<script${attributes(shop.widget)}></script>`}
      </body>
    </html> `.toString();
}

function stockBadge(product) {
  if (product.stock === 0) return html`<span class="stock out">Sold out</span>`;
  return product.stock <= 3
    ? html`<span class="stock low">Only ${product.stock} left</span>`
    : html`<span class="stock">In stock</span>`;
}

const card = (product) =>
  html`<li class="card">
    <a href="${productPath(product)}">
      <img src="${picturePath(product)}" alt="" width="400" height="400" loading="lazy" />
      <span class="kind">${product.brand}</span>
      <span class="name">${product.name}</span>
      <span class="row"><span class="price">${sgd(product.priceSgd)}</span>${stockBadge(product)}</span>
    </a>
  </li>`;

const grid = (products) =>
  html`<ul class="grid">
    ${products.map(card)}
  </ul>`;

/** One product a family, so that lists show devices and not their colours. */
export function oneOfEach(products) {
  const seen = new Map();
  for (const product of products)
    if (!seen.has(product.family) || (seen.get(product.family).stock === 0 && product.stock > 0))
      seen.set(product.family, product);
  return [...seen.values()];
}

export function homePage(shop) {
  const { store, categories, products } = shop.catalogue;
  const first = (slug) => oneOfEach(products.filter(({ category }) => category === slug));
  const popular = categories.flatMap(({ slug }) => first(slug).slice(0, 2)).slice(0, 12);
  const heroes = ['consoles', 'phones', 'cameras'].map((slug) => first(slug)[0]);
  return page(
    shop,
    store.tagline,
    html`<section class="hero">
        <div>
          <h1>${store.tagline}</h1>
          <p>
            Try it at the counter, take it home today, and bring the old one: we pay for it in about 20
            minutes.
          </p>
          <p>
            <a class="button" href="/c/consoles">See consoles</a>
            <a class="button quiet" href="/about#trade-in">How trade-in works</a>
          </p>
        </div>
        <div class="hero-pictures" aria-hidden="true">
          ${heroes.map((product) => html`<img src="${picturePath(product)}" alt="" width="400" height="400" />`)}
        </div>
      </section>
      <section>
        <h2>Categories</h2>
        <ul class="tiles">
          ${categories.map(
            ({ slug, name }) =>
              html`<li>
                <a href="/c/${slug}"
                  ><img
                    src="${picturePath(first(slug)[0])}"
                    alt=""
                    width="400"
                    height="400"
                    loading="lazy"
                  />${name}</a
                >
              </li>`,
          )}
        </ul>
      </section>
      <section>
        <h2>Popular this week</h2>
        ${grid(popular)}
      </section>`,
  );
}

const sorts = { featured: 'Featured', cheap: 'Price: low to high', dear: 'Price: high to low', name: 'Name' };

/** Category and search results. `filter` holds what the address says: sort, brand, stock. */
export function listPage(shop, heading, products, filter) {
  const brands = [...new Set(products.map(({ brand }) => brand))].sort();
  const kept = products.filter(
    (product) => (!filter.brand || product.brand === filter.brand) && (!filter.stock || product.stock > 0),
  );
  const order = {
    cheap: (a, b) => a.priceSgd - b.priceSgd,
    dear: (a, b) => b.priceSgd - a.priceSgd,
    name: (a, b) => a.name.localeCompare(b.name),
  }[filter.sort];
  const sorted = order ? kept.toSorted(order) : kept;
  const option = (value, text, chosen) =>
    html`<option value="${value}" ${attributes({ selected: value === chosen })}>${text}</option>`;
  return page(
    shop,
    heading,
    html`<h1>${heading}</h1>
      <form class="filters">
        ${shop.query !== undefined && html`<input type="hidden" name="q" value="${shop.query}" />`}
        <label
          >Brand
          <select name="brand">
            ${option('', 'All', filter.brand ?? '')}${brands.map((brand) => option(brand, brand, filter.brand))}
          </select></label
        >
        <label
          >Sort
          <select name="sort">
            ${Object.entries(sorts).map(([value, text]) => option(value, text, filter.sort ?? 'featured'))}
          </select></label
        >
        <label class="check"
          ><input type="checkbox" name="stock" value="1" ${attributes({ checked: Boolean(filter.stock) })} />
          In stock only</label
        >
        <button class="button quiet">Apply</button>
      </form>
      <p class="small">${sorted.length} ${sorted.length === 1 ? 'product' : 'products'}</p>
      ${sorted.length > 0 ? grid(sorted) : html`<p>Nothing here. Try another word, or ask us in the chat.</p>`}`,
  );
}

export function productPage(shop, product) {
  const { products, tradeIns, store } = shop.catalogue;
  const variants = products.filter(({ family }) => family === product.family);
  const related = oneOfEach(
    products.filter(({ category, family }) => category === product.category && family !== product.family),
  ).slice(0, 4);
  const tradeIn = tradeIns.find(({ name }) => name === product.family);
  return page(
    shop,
    product.name,
    html`<p class="crumbs">
        <a href="/">Home</a> › <a href="/c/${product.category}">${product.categoryName}</a> ›
        ${product.family}
      </p>
      <article class="product">
        <img class="picture" src="${picturePath(product)}" alt="${product.name}" width="400" height="400" />
        <div class="about">
          <p class="kind">${product.brand}</p>
          <h1>${product.name}</h1>
          <p class="big-price">${sgd(product.priceSgd)} ${stockBadge(product)}</p>
          <p>${product.text}</p>
          ${
            variants.length > 1 &&
            html`<h2 class="label">Variants</h2>
              <ul class="variants">
                ${variants.map((variant) => html`<li><a href="${productPath(variant)}" ${attributes({ 'aria-current': variant.id === product.id && 'true' })}>${[variant.size, variant.colour].filter(Boolean).join(' ')}</a></li>`)}
              </ul>`
          }
          <p>
            <button class="button" data-add="${product.id}" ${attributes({ disabled: product.stock === 0 })}>
              ${product.stock === 0 ? 'Sold out' : 'Add to basket'}
            </button>
          </p>
          <p class="small" role="status" data-added></p>
          ${
            Object.keys(product.facts).length > 0 &&
            html`<dl class="facts">
              ${Object.entries(product.facts).map(
                ([what, value]) =>
                  html`<div>
                    <dt>${what}</dt>
                    <dd>${value}</dd>
                  </div>`,
              )}
            </dl>`
          }
          <ul class="notes">
            <li>${store.delivery}</li>
            <li>${store.warranty}</li>
            ${tradeIn && html`<li>Have an old one? We pay up to ${sgd(tradeIn.mintSgd)} for it.</li>`}
          </ul>
        </div>
      </article>
      <section>
        <h2>More ${product.categoryName.toLowerCase()}</h2>
        ${grid(related)}
      </section>`,
  );
}

export function basketPage(shop) {
  return page(
    shop,
    'Basket',
    html`<h1>Basket</h1>
      <div data-basket><p>Loading your basket…</p></div>
      <noscript><p>The basket lives in your browser and needs JavaScript.</p></noscript>`,
  );
}

export function aboutPage(shop) {
  const { store } = shop.catalogue;
  return page(
    shop,
    'About and opening hours',
    html`<div class="prose">
      <h1>About ${store.name}</h1>
      <p>
        A small shop for games, phones and cameras. Everything can be tried at the counter, and what you no
        longer need we take in trade.
      </p>
      <h2 id="hours">Opening hours</h2>
      <table>
        <tbody>
          ${store.hours.map(
            ({ days, open, close }) =>
              html`<tr>
                <th scope="row">${days}</th>
                <td>${open} – ${close}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      <h2 id="find-us">Find us</h2>
      <p>
        ${store.address}<br />Phone ${store.phone}<br /><a href="mailto:${store.email}">${store.email}</a>
      </p>
      <h2 id="delivery">Delivery</h2>
      <p>${store.delivery}</p>
      <h2 id="returns">Returns and warranty</h2>
      <p>${store.returns} ${store.warranty}</p>
      <h2 id="payment">Payment</h2>
      <p>${store.payment}</p>
      <h2 id="trade-in">Trade-in</h2>
      <p>${store.tradeIn}</p>
    </div>`,
  );
}

export function notFoundPage(shop) {
  return page(
    shop,
    'Not found',
    html`<h1>Not found</h1>
      <p>This page is not here. <a href="/">Back to the shop</a>, or ask us in the chat.</p>`,
  );
}
