// What agents elsewhere, and older pages whose model calls tools, may look up in the shop. Everything in an answer is from the catalogue; a query is
// words to look for and nothing else.
import { sgd } from './replies.mjs';

const found = 6;
const spoken = 4;

export const nothingFound = 'No results found';
export const noTradeIn =
  'TRADE_IN_NO_MATCH: the shop has no price for this device. Offer to note the device and pass it on to a person.';

/** Products that fit, best first. @param {import('./search.mjs').Search} search */
function products(search, query) {
  const { words } = search.read(query);
  const colour = words.map((word) => search.colours.get(word)).find(Boolean);
  return search.find(words, { category: search.categoryOf(words) ?? undefined, colour }, found);
}

const lines = (list) =>
  list.map(
    ({ name, priceSgd, stock }, i) =>
      `${i + 1}. ${name} — ${sgd(priceSgd)}${stock === 0 ? ' (sold out)' : ''}`,
  );

const asksTradeIn = (search, query) =>
  search.read(query).words.some((word) => word === 'trade' || word === 'tradein');

function tradeInValues(search, query) {
  const device = search.tradeIn(search.read(query).words);
  if (!device) return null;
  const values = Object.keys(search.catalogue.conditions).map(
    (condition) => `${condition} ${sgd(search.tradeInSgd(device, condition))}`,
  );
  return {
    device,
    text: `For a used ${device.name} the shop pays, by condition: ${values.join(', ')}; provisional until it is seen.`,
  };
}

/** `catalog`: what is sold. @returns {{result: string, products: object[]}} */
function inCatalogue(search, query) {
  if (asksTradeIn(search, query))
    return { result: tradeInValues(search, query)?.text ?? noTradeIn, products: [] };
  const list = products(search, query);
  if (list.length === 0) return { result: nothingFound, products: [] };
  return { result: lines(list).join('\n'), products: list.map((product) => search.card(product)) };
}

const topics = [
  [/^(hours?|open|opening|close|closing|saturday|sunday|today|when)$/, 'hours'],
  [/^(address|where|location|phone|number|email|contact|call)$/, 'contact'],
  [/^(deliver|delivery|shipping|ship|courier|collection)$/, 'delivery'],
  [/^(returns?|refund|exchange)$/, 'returns'],
  [/^(warranty|guarantee)$/, 'warranty'],
  [/^(pay|payment|instalments?|paynow|cash|card)$/, 'payment'],
  [/^(trade|tradein)$/, 'tradeIn'],
];

/** `website`: facts about the shop, those that were asked for, or all of them. */
function aboutShop(search, query) {
  const { store } = search.catalogue;
  const facts = {
    hours: `Open: ${store.hours.map(({ days, open, close }) => `${days} ${open} to ${close}`).join('; ')}.`,
    contact: `Address: ${store.address}. Phone: ${store.phone}. E-mail: ${store.email}.`,
    ...{ delivery: store.delivery, returns: store.returns, warranty: store.warranty },
    ...{ payment: store.payment, tradeIn: store.tradeIn },
  };
  const { words } = search.read(query);
  const asked = topics
    .filter(([pattern]) => words.some((word) => pattern.test(word)))
    .map(([, name]) => name);
  const names = asked.length > 0 ? asked : Object.keys(facts);
  return { result: names.map((name) => facts[name]).join('\n'), products: [] };
}

/** @param {'catalog'|'website'} context */
export const searchShop = (search, query, context) =>
  context === 'website' ? aboutShop(search, query) : inCatalogue(search, query);

/** The same in the form of a search by meaning. @returns {{result: string, matches: object[]}} */
export function matchesOf(search, query, intent) {
  if (intent === 'trade_in') {
    const value = tradeInValues(search, query);
    if (!value) return { result: noTradeIn, matches: [] };
    const { name, brand } = value.device;
    const flagshipCondition = { label: 'mint', basePrice: search.tradeInSgd(value.device, 'mint') };
    const match = { modelId: name, familyId: name, familyTitle: `${brand} ${name}`, name, flagshipCondition };
    return { result: value.text, matches: [match] };
  }
  const list = products(search, query);
  const matches = list.map((product) => ({
    ...{ modelId: product.id, familyId: product.family, familyTitle: product.family, name: product.name },
    ...{ permalink: search.url(product), price: product.priceSgd, stockStatus: product.stockStatus },
    flagshipCondition: null,
  }));
  const result = [...lines(list.slice(0, spoken)), 'Need details on any of these?'].join('\n');
  return { result: list.length === 0 ? nothingFound : result, matches };
}
