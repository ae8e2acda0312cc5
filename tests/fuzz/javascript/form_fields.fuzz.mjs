// Fields that a model fills in: whatever comes is a value within its limits or a named refusal, and staff can read what is kept.
import assert from 'node:assert/strict';
import { loadCatalogue } from '../../../web/shop/catalogue.mjs';
import { Search } from '../../../tools/gateway/assistant/search.mjs';
import { fieldsOf } from '../../../tools/gateway/http/form_fields.mjs';
import { leadOf, tradeInKinds } from '../../../tools/gateway/http/trade_in_fields.mjs';
import { parseBody } from '../../../tools/gateway/http/validate.mjs';

const search = new Search(loadCatalogue(), 'https://shop.example');

export const seeds = [
  {
    brand: 'Nimbo',
    model: 'Play 4',
    condition: 'good',
    contact_email: 'pat@utmail.com',
    purchase_year: 2022,
  },
  { accessories: ['box', 'cable'], photos_acknowledged: true, price_hint: 1e9, range_min: -1, notes: 'a\nb' },
  { condition: 'new', contact_email: 'a@b', preferred_payout: null, telegram_handle: '', storage: {} },
].map((one) => JSON.stringify(one));

export function one(bytes) {
  const body = parseBody(bytes);
  if (body === undefined) return 'no object';
  const { values, wrong } = fieldsOf(body, tradeInKinds);
  for (const [name, value] of Object.entries(values)) {
    assert.ok(Object.hasOwn(tradeInKinds, name) && JSON.stringify(value).length <= 5_000);
    if (typeof value === 'string') assert.ok(value.isWellFormed() && !/\p{Cc}/u.test(value));
  }
  const lead = leadOf({ fields: values, summary: null, status: 'open' }, search);
  assert.ok(lead.valueSgd === undefined || lead.valueSgd > 0);
  return wrong ? Object.keys(wrong).sort().join() : Object.keys(values).sort().join();
}
