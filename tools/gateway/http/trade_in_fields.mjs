// What may be told of a trade-in, as models are told to fill it in, and how the shop's staff reads it.
import { amount, email, flag, list, oneOf, text } from './form_fields.mjs';

const short = text(200);

export const tradeInKinds = {
  ...{
    category: short,
    brand: short,
    model: short,
    storage: short,
    purchase_year: short,
    target_device_name: short,
  },
  condition: oneOf('mint', 'good', 'fair', 'faulty'),
  ...{ accessories: list, defects: list, photos_acknowledged: flag },
  ...{ price_hint: amount, range_min: amount, range_max: amount, pricing_version: short },
  ...{ source_price_quoted: amount, target_price_quoted: amount, top_up_amount: amount },
  preferred_payout: oneOf('cash', 'paynow', 'bank', 'installment'),
  preferred_fulfilment: oneOf('walk_in', 'pickup', 'courier'),
  ...{ contact_name: text(100), contact_phone: text(40), contact_email: email, telegram_handle: text(64) },
  notes: text(1_000),
};

const inColumns = new Set([
  'brand',
  'model',
  'storage',
  'condition',
  'contact_name',
  'contact_phone',
  'contact_email',
]);
const shown = (value) => (Array.isArray(value) ? value.join(', ') : String(value));

/** @param {{fields: object, summary: string|null, status: string}} tradeIn @param {import('../assistant/search.mjs').Search} search */
export function leadOf({ fields, summary, status }, search) {
  const device = [fields.brand, fields.model, fields.storage].filter(Boolean).join(' ');
  const known = device ? search.tradeIn(search.read(device).words) : null;
  const { condition } = fields;
  const rest = Object.entries(fields).filter(([name]) => !inColumns.has(name));
  return {
    device,
    condition,
    // The shop's own value, never what somebody said it was worth.
    valueSgd: known && condition ? search.tradeInSgd(known, condition) : undefined,
    name: fields.contact_name,
    email: fields.contact_email,
    phone: fields.contact_phone,
    notes: [summary, ...rest.map(([name, value]) => `${name}: ${shown(value)}`), `status: ${status}`]
      .filter(Boolean)
      .join('\n'),
  };
}
