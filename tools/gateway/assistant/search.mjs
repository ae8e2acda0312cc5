// The catalogue as the assistant sees it: full-text search (SQLite FTS5), products by name, trade-in values.
// It only ever returns rows of the catalogue; every fact in an answer comes from here.
import Database from 'better-sqlite3';
import { picturePath, productPath } from '../../../web/shop/catalogue.mjs';
import { commonWords, distance, intentWords, shortIntentWords, slipsAllowed, tokens } from './text.mjs';

const queryWordsMax = 12;

// Words that name a kind of thing inside a category: with one of them, "controller for the Play 5" is no Play 5.
const kindWords = new Set(
  'controller controllers case cases dock charger chargers cable cables battery batteries film pen lens lenses headset card cards game games'.split(
    ' ',
  ),
);

const synonyms = new Map([
  ['earphone', 'earbuds'],
  ['earphones', 'earbuds'],
  ['earpiece', 'earbuds'],
  ['airbuds', 'earbuds'],
  ['powerbank', 'power'],
  ['gamepad', 'controller'],
  ['joystick', 'controller'],
  ['gray', 'grey'],
  ['cans', 'headphones'],
  ['tradein', 'trade'],
  ['soccer', 'football'],
  ['ereader', 'paper'],
]);

/**
 * @typedef {import('../../../web/shop/catalogue.mjs').Product} Product
 * @typedef {{category?: string, colour?: string, size?: string, minSgd?: number, maxSgd?: number, inStock?: boolean}} Filter
 */

export class Search {
  #db = new Database(':memory:');
  #names;
  #words;
  #intents;
  #brands;
  #categoryWords = new Map();

  /** @param {import('../../../web/shop/catalogue.mjs').Catalogue} catalogue */
  constructor(catalogue, shopUrl) {
    this.catalogue = catalogue;
    this.shopUrl = shopUrl;
    this.byId = new Map(catalogue.products.map((product) => [product.id, product]));
    this.families = Map.groupBy
      ? Map.groupBy(catalogue.products, (p) => p.family)
      : grouped(catalogue.products);
    this.colours = new Map(Object.keys(catalogue.colours).map((colour) => [colour.toLowerCase(), colour]));
    this.sizes = new Set(catalogue.products.flatMap(({ size }) => tokens(size ?? '')));
    for (const { slug, words } of catalogue.categories)
      for (const word of words.split(' ')) this.#categoryWords.set(word, slug);
    this.#fill();
  }

  #fill() {
    this.#db.exec(
      `CREATE VIRTUAL TABLE products USING fts5(name, brand, category, text, tokenize = "porter unicode61 remove_diacritics 2", prefix = '3')`,
    );
    const insert = this.#db.prepare(
      `INSERT INTO products (rowid, name, brand, category, text) VALUES (?, ?, ?, ?, ?)`,
    );
    const all = [];
    const names = [];
    for (const product of this.catalogue.products) {
      const about = [product.text, ...Object.values(product.facts)].join(' ');
      insert.run(
        product.id,
        tokens(product.name).join(' '),
        product.brand,
        product.categoryName,
        tokens(about).join(' '),
      );
      names.push(...tokens(`${product.name} ${product.brand}`));
      all.push(...tokens(about));
    }
    for (const device of this.catalogue.tradeIns) names.push(...tokens(`${device.name} ${device.brand}`));
    names.push(...this.#categoryWords.keys());
    this.#brands = new Set(this.catalogue.products.flatMap(({ brand }) => tokens(brand)));
    this.#names = new Set(names);
    this.#words = new Set([...names, ...all]);
    this.#intents = new Set([...intentWords, ...all]);
  }

  close() {
    this.#db.close();
  }

  /** The word as the shop spells it, or null when the shop has no such word. */
  corrected(word) {
    if (synonyms.has(word)) return synonyms.get(word);
    if (commonWords.has(word) || this.#words.has(word) || this.#intents.has(word)) return word;
    const slips = slipsAllowed(word);
    let best = null;
    let bestDistance = slips + 1;
    // Short words are put right to few: "stove" must not become "store".
    const candidates =
      word.length >= 6 ? [shortIntentWords, this.#names, this.#intents] : [shortIntentWords, this.#names];
    for (const candidate of candidates.flatMap((set) => [...set])) {
      if (candidate[0] !== word[0] || candidate.length < 5) continue;
      const away = distance(word, candidate, slips);
      if (away < bestDistance) [best, bestDistance] = [candidate, away];
    }
    return best;
  }

  /** @returns {{words: string[], unknown: string[]}} the text's words put right, and those that mean nothing here */
  read(text) {
    const words = [];
    const unknown = [];
    for (const word of tokens(text)) {
      const right = this.corrected(word);
      if (right === null && !/^\d+$/.test(word)) unknown.push(word);
      words.push(right ?? word);
    }
    return { words, unknown };
  }

  /** "a case for it" asks for another thing than "it". */
  namesKind(words) {
    return words.some((word) => kindWords.has(word));
  }

  categoryOf(words) {
    const found = words.map((word) => this.#categoryWords.get(word)).filter(Boolean);
    // "game console" is a console.
    return found.find((slug) => slug !== 'games') ?? found[0] ?? null;
  }

  /** Families that the words name in full, the longest names first; a name inside a longer one that matched is left out. */
  named(words) {
    const alone = this.terms(words);
    return namesIn(words, [...this.families.keys()], (name) => this.families.get(name)[0], alone).filter(
      (name) => {
        const first = this.families.get(name)[0];
        const ours = new Set(tokens(`${name} ${first.text}`));
        const category = this.categoryOf(words.filter((word) => !tokens(name).includes(word)));
        if (category && category !== first.category) return false;
        return !words.some((word) => kindWords.has(word) && !ours.has(word));
      },
    );
  }

  /** @returns {import('../../../web/shop/catalogue.mjs').TradeIn|null} */
  tradeIn(words) {
    const devices = new Map(this.catalogue.tradeIns.map((device) => [device.name, device]));
    const [name] = namesIn(words, [...devices.keys()], (key) => devices.get(key), []);
    return name ? devices.get(name) : null;
  }

  tradeInSgd(device, condition) {
    return Math.round((device.mintSgd * this.catalogue.conditions[condition]) / 5) * 5;
  }

  /** Products of a family, those that fit the words' colour and size first. */
  variants(family, { colour, size } = {}) {
    const fits = (product) =>
      (!colour || product.colour === colour) && (!size || tokens(product.size ?? '').includes(size));
    return this.families.get(family).filter(fits);
  }

  /** The words that are searched for: no common ones, and no categories and colours, which are filters. */
  terms(words) {
    return words.filter(
      (word) => !commonWords.has(word) && !this.#categoryWords.has(word) && !this.colours.has(word),
    );
  }

  /**
   * Full-text search. Every word must fit; where nothing fits all, the best partial fits are taken.
   * @param {string[]} words already put right
   * @param {Filter} filter
   * @returns {Product[]} best first, one for each family
   */
  find(words, filter = {}, limit = 5) {
    const terms = this.terms(words).slice(0, queryWordsMax);
    const all = this.#query(terms, ' AND ', filter);
    const rows = all.length > 0 || terms.length < 2 ? all : this.#query(terms, ' OR ', filter);
    return firstOfFamilies(rows).slice(0, limit);
  }

  #query(terms, joint, filter) {
    let rows;
    if (terms.length === 0) {
      // Only a category, colour or price was named: the whole of it, in catalogue order.
      const narrowed =
        filter.category || filter.colour || filter.maxSgd !== undefined || filter.minSgd !== undefined;
      rows = narrowed ? this.catalogue.products : [];
    } else {
      // Terms are letters and digits only (see tokens), and quoted: no FTS syntax comes through.
      const match = terms.map((term) => (term.length >= 4 ? `"${term}"*` : `"${term}"`)).join(joint);
      const sql = `SELECT rowid AS id FROM products WHERE products MATCH ? ORDER BY bm25(products, 8, 4, 2, 1), rowid LIMIT 300`;
      rows = this.#db
        .prepare(sql)
        .all(match)
        .map(({ id }) => this.byId.get(id));
      // For a brand alone, relevance says nothing: devices before their accessories, as in the catalogue.
      if (terms.every((term) => this.#brands.has(term))) rows.sort((a, b) => a.id - b.id);
    }
    return rows.filter((product) => fitsFilter(product, filter));
  }

  url(product) {
    return this.shopUrl + productPath(product);
  }

  /** The product as widgets know it (`products` event). */
  card(product) {
    return {
      productId: product.id,
      name: product.name,
      permalink: this.url(product),
      price_sgd: product.priceSgd,
      stock_status: product.stockStatus,
      image: this.shopUrl + picturePath(product),
      categories: [{ name: product.categoryName, slug: product.category }],
    };
  }

  /** Product ids that a text links to, in order: how older messages of a conversation are understood again. */
  linkedIds(text) {
    const ids = [...text.matchAll(/\/p\/(\d{1,9})-/g)].map((match) => Number(match[1]));
    return [...new Set(ids)].filter((id) => this.byId.has(id));
  }
}

function grouped(products) {
  const families = new Map();
  for (const product of products)
    families.set(product.family, [...(families.get(product.family) ?? []), product]);
  return families;
}

function fitsFilter(product, { category, colour, size, minSgd, maxSgd, inStock }) {
  if (category && product.category !== category) return false;
  if (colour && product.colour !== colour) return false;
  if (size && !tokens(product.size ?? '').includes(size)) return false;
  if (minSgd !== undefined && product.priceSgd < minSgd) return false;
  if (maxSgd !== undefined && product.priceSgd > maxSgd) return false;
  return !inStock || product.stock > 0;
}

/** One product a family, the first that is in stock if any is. */
function firstOfFamilies(products) {
  const firsts = new Map();
  for (const product of products) {
    const first = firsts.get(product.family);
    if (!first || (first.stock === 0 && product.stock > 0)) firsts.set(product.family, product);
  }
  return [...firsts.values()];
}

/**
 * Names all of whose words are there. The brand may be left out where the rest is telling enough ("N9", not "12"), or
 * where the model's word is the only word of meaning (`alone`: "the Tide").
 */
function namesIn(words, names, ofName, alone) {
  const there = new Set(words);
  const matches = [];
  for (const name of names) {
    const brand = new Set(tokens(ofName(name).brand));
    const all = tokens(name);
    const model = all.filter((word) => !brand.has(word));
    const telling =
      model.length > 1 ||
      /[a-z]\d|\d[a-z]/.test(model[0] ?? '') ||
      brand.size === 0 ||
      model.length === all.length;
    const only = model.length === 1 && alone.length === 1 && alone[0] === model[0] && !/^\d+$/.test(model[0]);
    const needed = telling || only ? model : all;
    if (needed.every((word) => there.has(word))) matches.push({ name, needed, all });
  }
  matches.sort((a, b) => b.all.length - a.all.length);
  return matches
    .filter(
      ({ all }, index) =>
        !matches.slice(0, index).some((longer) => all.every((word) => longer.all.includes(word))),
    )
    .map(({ name }) => name);
}
