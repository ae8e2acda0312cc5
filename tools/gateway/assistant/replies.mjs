// The sentences of the catalogue assistant. Every number in them comes from a product or the shop's own facts.

export const stopText = "No problem—I'll stop here. Just message me again if you need help.";

export const sgd = (value) => `S$${value.toLocaleString('en-SG')}`;

const stockWords = (product) =>
  product.stock === 0 ? 'sold out' : product.stock <= 3 ? `only ${product.stock} left` : 'in stock';

/** Names are data: characters that markdown would read as markup are escaped. */
const plain = (name) => name.replace(/[\\`*_[\]<>]/g, '\\$&');

export class Replies {
  /** @param {import('./search.mjs').Search} search */
  constructor(search) {
    this.search = search;
    this.store = search.catalogue.store;
  }

  #link(product, label = 'View Product') {
    return `[${label}](${this.search.url(product)})`;
  }

  greeting() {
    return `Hello, and welcome to ${this.store.name}! I can help with products, prices, stock, comparisons and trade-ins, or pass you on to a person. What are you looking for?`;
  }

  help() {
    return [
      `I'm the automatic assistant of ${this.store.name}. You can ask me things like:`,
      '',
      '- "Do you have earbuds under $200?"',
      '- "How much is the Nimbo Play 5, and is it in stock?"',
      '- "Compare the Ovio N9 and the Kestrin 12"',
      '- "What is my Nimbo Play 4 worth?"',
      '- "When are you open?" or "I would like to talk to a person"',
    ].join('\n');
  }

  thanks() {
    return "You're welcome! Is there anything else I can look up for you?";
  }

  hours() {
    const lines = this.store.hours.map(({ days, open, close }) => `- ${days}: ${open} to ${close}`);
    return `We are open:\n\n${lines.join('\n')}\n\nYou find us at ${this.store.address}.`;
  }

  address() {
    const { address, phone, email } = this.store;
    return `You find us at ${address}. Phone: ${phone}. E-mail: [${email}](mailto:${email}). Ask me for the opening hours if you plan a visit.`;
  }

  fact(topic) {
    return this.store[topic];
  }

  product(product, { price, stock } = {}) {
    const name = `**${plain(product.name)}**`;
    const stockLine =
      product.stock === 0
        ? `${name} is sold out at the moment.`
        : `${name} is in stock (${product.stock} ${product.stock === 1 ? 'piece' : 'pieces'}).`;
    const link = this.#link(product);
    if (price && stock) return `${name} costs ${sgd(product.priceSgd)}. ${stockLine} ${link}`;
    if (price) return `${name} costs ${sgd(product.priceSgd)} and is ${stockWords(product)}. ${link}`;
    if (stock) return `${stockLine} It costs ${sgd(product.priceSgd)}. ${link}`;
    const facts = Object.entries(product.facts).map(([what, value]) => `- ${what}: ${value}`);
    const lines = [`${name} costs ${sgd(product.priceSgd)} and is ${stockWords(product)}. ${product.text}`];
    if (facts.length > 0) lines.push('', ...facts);
    return [...lines, '', link].join('\n');
  }

  /** What else there is of a family. */
  alsoIn(product) {
    const others = this.search.families.get(product.family).filter((other) => other.id !== product.id);
    const list = (name) => [
      ...new Set(others.map((other) => other[name]).filter((value) => value && value !== product[name])),
    ];
    const parts = [list('colour').map((colour) => colour.toLowerCase()), list('size')].filter(
      (part) => part.length > 0,
    );
    return parts.length === 0 ? '' : `Also available: ${parts.map((part) => part.join(', ')).join('; ')}.`;
  }

  productList(heading, products) {
    const items = products.map(
      (product, index) =>
        `${index + 1}. **${plain(product.name)}** — ${sgd(product.priceSgd)} (${stockWords(product)}) — ${this.#link(product)}`,
    );
    return `${heading}\n\n${items.join('\n')}`;
  }

  comparison(first, second) {
    const rows = [...new Set([...Object.keys(first.facts), ...Object.keys(second.facts)])].map(
      (fact) => `- ${fact}: ${first.facts[fact] ?? 'not stated'} · ${second.facts[fact] ?? 'not stated'}`,
    );
    const difference = Math.abs(first.priceSgd - second.priceSgd);
    const dearer = first.priceSgd > second.priceSgd ? first : second;
    const verdict =
      difference === 0 ? 'Both cost the same.' : `The ${plain(dearer.family)} costs ${sgd(difference)} more.`;
    return [
      `**${plain(first.name)}** and **${plain(second.name)}**:`,
      '',
      `- Price: ${sgd(first.priceSgd)} · ${sgd(second.priceSgd)}`,
      `- Stock: ${stockWords(first)} · ${stockWords(second)}`,
      ...rows,
      '',
      `${verdict} ${this.#link(first, plain(first.family))} · ${this.#link(second, plain(second.family))}`,
    ].join('\n');
  }

  tradeInValues(device) {
    const values = Object.keys(this.search.catalogue.conditions).map(
      (condition) => `- ${condition}: ${sgd(this.search.tradeInSgd(device, condition))}`,
    );
    return `For a **${plain(device.name)}** we pay, by condition:\n\n${values.join('\n')}\n\nThese are provisional until we have seen it. Which condition is yours in?`;
  }

  onlyTraded(device) {
    const value = sgd(this.search.tradeInSgd(device, 'mint'));
    return `We don't sell the **${plain(device.name)}** any more, but we take it in trade: up to ${value} for a mint one. Say "trade in my ${plain(device.name)}" for an offer.`;
  }

  tradeInOffer(device, condition, target) {
    const value = this.search.tradeInSgd(device, condition);
    const topUp = target
      ? ` Towards a **${plain(target.name)}** at ${sgd(target.priceSgd)} you would top up ${sgd(Math.max(0, target.priceSgd - value))}.`
      : '';
    return `A **${plain(device.name)}** in ${condition} condition brings about ${sgd(value)}; the final price follows the check at our counter.${topUp} Leave your e-mail address and we will reserve this offer for you.`;
  }

  tradeInUnknown() {
    const names = this.search.catalogue.tradeIns.slice(0, 4).map(({ name }) => name);
    return `${this.store.tradeIn}\n\nWhich device would you like to trade in (for example ${names.join(', ')})?`;
  }

  leadTaken(lead) {
    const about =
      lead.kind === 'trade_in'
        ? `your trade-in (${[lead.device, lead.condition].filter(Boolean).join(', ')})`
        : 'your question';
    return `Thank you, I have noted ${about}. A colleague will write to ${plain(lead.email ?? lead.phone)} within one working day.`;
  }

  askContact() {
    return `Of course. Please leave your e-mail address and a word about what it is about, and a colleague will write to you. You can also call ${this.store.phone} during opening hours.`;
  }

  notFound(unknown) {
    const what = unknown.length > 0 ? ` for "${plain(unknown.slice(0, 4).join(' ').slice(0, 60))}"` : '';
    const names = this.search.catalogue.categories.map(({ name }) => name.toLowerCase());
    return `I found nothing${what} in our shop. We have ${names.slice(0, -1).join(', ')} and ${names.at(-1)}. You can also ask to talk to a person.`;
  }
}
