// The demo shop's catalogue: families in catalogue.json become one product for each size and colour.
// All brands and devices are invented. The same file always gives the same ids, prices and stock.
import { readFileSync } from 'node:fs';

const ownFile = new URL('./catalogue.json', import.meta.url);
const firstId = 1001;

/**
 * @typedef {object} Product
 * @property {number} id
 * @property {string} name family, size and colour
 * @property {string} slug for the page's address
 * @property {string} family
 * @property {string} brand
 * @property {string} category slug
 * @property {string} categoryName
 * @property {string|null} colour
 * @property {string|null} size storage, platform, edition
 * @property {number} priceSgd
 * @property {number} stock pieces
 * @property {'instock'|'outofstock'} stockStatus
 * @property {string} text
 * @property {Record<string, string>} facts
 */

/**
 * @typedef {object} TradeIn
 * @property {string} name
 * @property {string} brand
 * @property {number} mintSgd what is paid for a mint one; other conditions take their share of it
 */

/** @typedef {{store: object, categories: object[], colours: object, conditions: object, products: Product[], tradeIns: TradeIn[]}} Catalogue */

export const slugOf = (name) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** Pieces in stock, spread evenly enough that every list shows some that are sold out. */
function stockOf(id) {
  const spread = (id * 7919) % 23;
  return spread < 3 ? 0 : spread;
}

const roundTo5 = (value) => Math.round(value / 5) * 5;

/** @returns {Catalogue} */
export function loadCatalogue(file = ownFile) {
  const source = JSON.parse(readFileSync(file, 'utf8'));
  const products = [];
  const tradeIns = [];
  for (const family of source.families) {
    const category = source.categories.find(({ slug }) => slug === family.category);
    if (!category) throw new Error(`${family.name}: unknown category ${family.category}`);
    const sizes = family.sizes.length > 0 ? family.sizes : [[null, 0]];
    const colours = family.colours.length > 0 ? family.colours : [null];
    for (const [size, addedSgd] of sizes) {
      for (const colour of colours) {
        const id = firstId + products.length;
        const name = [family.name, size, colour].filter(Boolean).join(' ');
        const stock = stockOf(id);
        products.push({
          id,
          name,
          slug: slugOf(name),
          family: family.name,
          brand: family.brand,
          category: category.slug,
          categoryName: category.name,
          colour,
          size,
          priceSgd: family.price + addedSgd,
          stock,
          stockStatus: stock > 0 ? 'instock' : 'outofstock',
          text: family.text,
          facts: family.facts ?? {},
        });
      }
    }
    if (family.tradeIn)
      tradeIns.push({
        name: family.name,
        brand: family.brand,
        mintSgd: roundTo5(family.price * family.tradeIn),
      });
  }
  for (const { name, brand, value } of source.tradeInOnly ?? [])
    tradeIns.push({ name, brand, mintSgd: value });
  const { store, categories, colours, conditions } = source;
  return { store, categories, colours, conditions, products, tradeIns };
}

export const productPath = (product) => `/p/${product.id}-${product.slug}`;
export const picturePath = (product) => `/img/${product.id}.svg`;
