// Trade-ins and hand-over to a person: the parts of a conversation that go on over several messages.
//
// `pending` in the dialogue says what the shopper was asked for last:
//   {kind: 'trade_in', device, target?, condition?}  a condition first, then an e-mail address
//   {kind: 'contact', notes}                          an e-mail address or phone number
// An answer to that ends it; any other question is answered as usual and leaves it as it is.
import { sides } from './question.mjs';

/** @returns {{text: string, lead?: object, pending: object|null, slots?: object}|null} null: not about a lead */
export function leadReply(question, dialogue, { search, replies }) {
  const pending = dialogue.pending ?? null;
  if (question.email || (question.phone && (pending || question.asks.person)))
    return contactGiven(question, pending, { search, replies });
  if (pending && question.asks.cancel)
    return { text: "All right, I've dropped that. What else can I look up for you?", pending: null };
  if (question.asks.person)
    return { text: replies.askContact(), pending: { kind: 'contact', notes: question.message } };
  if (question.asks.tradeIn) return tradeIn(question, pending, { search, replies });
  if (pending?.kind !== 'trade_in' || asksElse(question)) return null;
  const device = search.tradeIn(question.words);
  if (!pending.device && device)
    return offer({ ...pending, device: device.name }, question, { search, replies });
  if (pending.device && question.condition) return offer(pending, question, { search, replies });
  return null;
}

const asksElse = ({ asks, category }) =>
  category !== null || asks.price || asks.stock || asks.compare || asks.hours || asks.delivery;

function contactGiven(question, pending, { search, replies }) {
  const device = pending?.device
    ? search.catalogue.tradeIns.find(({ name }) => name === pending.device)
    : null;
  const condition = pending?.condition ?? question.condition;
  const notes = [pending?.notes, question.message].filter(Boolean).join('\n');
  const lead = {
    kind: pending?.kind ?? 'contact',
    device: device?.name,
    condition: device ? condition : undefined,
    valueSgd: device && condition ? search.tradeInSgd(device, condition) : undefined,
    email: question.email,
    phone: question.phone,
    notes,
  };
  return { text: replies.leadTaken(lead), lead, pending: null };
}

function tradeIn(question, pending, tools) {
  const { search, replies } = tools;
  // "trade in my Play 4 for a Play 5": what is given is left of "for", what is wanted right of it.
  const [given, wanted] = sides(question, /\b(?:for|towards|against|to get) (?:an?|the|your|new)\b/) ?? [
    question.words,
    [],
  ];
  const device = search.tradeIn(given) ?? search.tradeIn(question.words);
  const [targetFamily] = search.named(wanted);
  const target = targetFamily ? search.variants(targetFamily)[0] : undefined;
  if (!device)
    return { text: replies.tradeInUnknown(), pending: { kind: 'trade_in', notes: question.message } };
  return offer(
    {
      ...pending,
      kind: 'trade_in',
      condition: undefined,
      device: device.name,
      target: target?.id,
      notes: question.message,
    },
    question,
    tools,
  );
}

function offer(pending, question, { search, replies }) {
  const device = search.catalogue.tradeIns.find(({ name }) => name === pending.device);
  const target = pending.target ? search.byId.get(pending.target) : undefined;
  const condition = question.condition ?? pending.condition;
  const slots = {
    trade_in_brand: device.brand,
    trade_in_model: device.name,
    trade_in_condition: condition ?? null,
  };
  if (target) {
    Object.assign(slots, {
      target_brand: target.brand,
      target_model: target.family,
      target_variant: target.size,
    });
    slots.target_price_sgd = target.priceSgd;
  }
  if (!condition) return { text: replies.tradeInValues(device), pending, slots };
  slots.trade_in_value_sgd = search.tradeInSgd(device, condition);
  return {
    text: replies.tradeInOffer(device, condition, target),
    pending: { ...pending, condition },
    slots,
    target,
  };
}
