// What a language model may ask of the shop. Arguments come from outside: every one is checked, and a wrong one is
// answered with a sentence that the model can act on, never with a thrown error.

const resultsMax = 6;

const text = (description) => ({ type: 'string', description });
const tool = (name, description, properties, required = []) => ({
  type: 'function',
  function: { name, description, parameters: { type: 'object', properties, required } },
});

export const toolDefinitions = [
  tool(
    'search_products',
    'Search the shop. Returns at most 6 products with id, name, price, stock and link.',
    {
      query: text('product words, category or colour'),
      max_price_sgd: { type: 'number' },
      min_price_sgd: { type: 'number' },
    },
    ['query'],
  ),
  tool('get_product', 'All facts about one product.', { product_id: { type: 'integer' } }, ['product_id']),
  tool(
    'store_info',
    'Facts about the shop.',
    {
      topic: {
        type: 'string',
        enum: ['hours', 'address', 'delivery', 'returns', 'warranty', 'payment', 'trade_in'],
      },
    },
    ['topic'],
  ),
  tool(
    'trade_in_value',
    'What the shop pays for a used device, by condition.',
    {
      device: text('name of the device'),
      condition: { type: 'string', enum: ['mint', 'good', 'fair', 'faulty'] },
    },
    ['device'],
  ),
  tool(
    'submit_lead',
    'Store a trade-in lead or a request to be contacted. Call it only after the shopper gave an e-mail address or phone number.',
    {
      kind: { type: 'string', enum: ['trade_in', 'contact'] },
      name: text('name'),
      email: text('e-mail address'),
      phone: text('phone number'),
      device: text('device to trade in'),
      condition: text('mint, good, fair or faulty'),
      notes: text('what it is about'),
    },
    ['kind'],
  ),
];

/**
 * @param {string} name
 * @param {string} argumentsText JSON from the model
 * @param {{search: import('./search.mjs').Search, saveLead: (lead: object) => void, found: Map<number, object>}} shop
 *   `found` collects the products that were handed to the model
 * @returns {string} JSON for the model
 */
export function runTool(name, argumentsText, shop) {
  let given;
  try {
    given = JSON.parse(argumentsText === '' ? '{}' : argumentsText);
  } catch {
    return JSON.stringify({ error: 'The arguments are not valid JSON.' });
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return JSON.stringify({ error: 'The arguments must be an object.' });
  const run = Object.hasOwn(runners, name) ? runners[name] : null;
  return JSON.stringify(run ? run(given, shop) : { error: 'There is no such tool.' });
}

const runners = {
  search_products({ query, max_price_sgd: maxSgd, min_price_sgd: minSgd }, { search, found }) {
    if (typeof query !== 'string') return { error: 'query must be a text.' };
    const { words } = search.read(query.slice(0, 200));
    const colour = words.map((word) => search.colours.get(word)).find(Boolean);
    const price = (value) => (Number.isFinite(value) ? value : undefined);
    const filter = {
      category: search.categoryOf(words) ?? undefined,
      colour,
      maxSgd: price(maxSgd),
      minSgd: price(minSgd),
    };
    const products = search.find(words, filter, resultsMax);
    return { products: products.map((product) => summary(product, search, found)) };
  },

  get_product({ product_id: id }, { search, found }) {
    const product = search.byId.get(id);
    if (!product) return { error: 'There is no product with this id. Use search_products first.' };
    const variants = search.families.get(product.family).filter((other) => other.id !== id);
    return {
      ...summary(product, search, found),
      description: product.text,
      facts: product.facts,
      variants: variants.map((other) => summary(other, search, found)),
    };
  },

  store_info({ topic }, { search }) {
    const { store } = search.catalogue;
    const facts = {
      hours: store.hours,
      address: { address: store.address, phone: store.phone, email: store.email },
      trade_in: store.tradeIn,
    };
    for (const name of ['delivery', 'returns', 'warranty', 'payment']) facts[name] = store[name];
    return typeof topic === 'string' && Object.hasOwn(facts, topic)
      ? { [topic]: facts[topic] }
      : { error: `topic must be one of ${Object.keys(facts).join(', ')}.` };
  },

  trade_in_value({ device, condition }, { search }) {
    if (typeof device !== 'string') return { error: 'device must be a text.' };
    const known = search.tradeIn(search.read(device.slice(0, 200)).words);
    if (!known)
      return { error: 'The shop has no price for this device; offer to pass the question to a person.' };
    const conditions = Object.keys(search.catalogue.conditions);
    const wanted = conditions.includes(condition) ? [condition] : conditions;
    return {
      device: known.name,
      provisional: true,
      value_sgd: Object.fromEntries(wanted.map((name) => [name, search.tradeInSgd(known, name)])),
    };
  },

  submit_lead(given, { saveLead }) {
    const lead = Object.fromEntries(
      ['kind', 'name', 'email', 'phone', 'device', 'condition', 'notes'].map((field) => [
        field,
        typeof given[field] === 'string' ? given[field].trim() : undefined,
      ]),
    );
    if (lead.kind !== 'trade_in' && lead.kind !== 'contact')
      return { error: 'kind must be trade_in or contact.' };
    if (lead.email && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(lead.email))
      return { error: 'email is not an e-mail address; ask again.' };
    if (!lead.email && !lead.phone)
      return { error: 'An e-mail address or phone number is needed; ask for it.' };
    saveLead(lead);
    return { stored: true };
  },
};

function summary(product, search, found) {
  found.set(product.id, product);
  const { id, name, priceSgd, stock } = product;
  return { id, name, price_sgd: priceSgd, stock, link: search.url(product) };
}
