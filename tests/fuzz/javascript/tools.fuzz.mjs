// What a language model asks of the shop: every call is answered with JSON, none throws, and a lead is stored only as texts. The first
// line is the tool's name, the rest its arguments.
import assert from 'node:assert/strict';
import { Search } from '../../../tools/gateway/assistant/search.mjs';
import { loadCatalogue } from '../../../web/shop/catalogue.mjs';
import { runTool } from '../../../tools/gateway/assistant/tools.mjs';

const search = new Search(loadCatalogue(), 'http://shop.example');

export const seeds = [
  ['search_products', { query: 'phnes under 400 in black', max_price_sgd: 400, min_price_sgd: 1 }],
  ['get_product', { product_id: 1036 }],
  ['store_info', { topic: 'hours' }],
  ['trade_in_value', { device: 'nimbo play 4', condition: 'good' }],
  ['submit_lead', { kind: 'contact', name: 'Ann', email: 'ann@mail.example', phone: '', notes: 'call me' }],
  ['constructor', {}],
].map(([name, given]) => `${name}\n${JSON.stringify(given)}`);

export function one(bytes) {
  const [name, ...rest] = bytes.toString('utf8').split('\n');
  const leads = [];
  const found = new Map();
  const text = runTool(name, rest.join('\n'), { search, found, saveLead: (lead) => leads.push(lead) });
  const answer = JSON.parse(text);
  assert.ok(typeof answer === 'object' && answer !== null);
  for (const lead of leads) {
    assert.ok(Object.values(lead).every((value) => value === undefined || typeof value === 'string'));
    assert.ok(lead.email || lead.phone);
  }
  return `${Object.keys(answer)} ${leads.length} ${found.size} ${answer.error ?? ''}`;
}
