// One turn of the catalogue assistant: a message and the dialogue so far give a text, products and the next dialogue.
// The order of the questions below is the order of precedence; the last of them is an honest "I found nothing".
//
// The dialogue keeps `focus` (the product last spoken of), `list` (products last shown, for "the second one"),
// `query` (for "cheaper" and "more") and `pending` (leads.mjs). Without it, as after a move from another server,
// the links in the last assistant message of the history take the place of `list`.
import { leadReply } from './leads.mjs';
import { sides, understand } from './question.mjs';
import { Replies, sgd, stopText } from './replies.mjs';
import { tokens } from './text.mjs';

const shown = 5;
const notesMax = 1000;

/**
 * @typedef {{text: string, products: object[], dialogue: object, lead?: object, slots?: object, stopped?: boolean, target?: object}} Reply
 */

export class Conversation {
  /** @param {import('./search.mjs').Search} search */
  constructor(search) {
    this.search = search;
    this.replies = new Replies(search);
  }

  /** @returns {Reply} */
  reply({ message, history, dialogue: stored, image }) {
    const question = understand(message, this.search);
    const dialogue = this.#remembered(stored, history);
    const { asks } = question;
    const keep = (text) => ({ text, products: [], dialogue });

    if (asks.goodbye) return { text: stopText, products: [], dialogue: {}, stopped: true };
    const lead = leadReply(question, dialogue, this);
    if (lead) return { ...lead, products: [], dialogue: { ...dialogue, pending: lead.pending } };
    if (asks.greeting) return keep(this.replies.greeting());
    if (asks.thanks) return keep(this.replies.thanks());
    if (asks.help) return keep(this.replies.help());
    if (asks.hours) return keep(this.replies.hours());
    if (asks.address) return keep(this.replies.address());
    for (const topic of ['returns', 'warranty', 'payment', 'delivery'])
      if (asks[topic]) return keep(this.replies.fact(topic));

    const found =
      this.#compared(question, dialogue) ??
      this.#onlyTraded(question, dialogue) ??
      this.#followed(question, dialogue) ??
      this.#named(question, dialogue);
    if (found) return found;
    if (dialogue.pending?.kind === 'contact' && !question.category) return this.#reminded(message, dialogue);
    const searched = this.#searched(question, dialogue);
    if (searched) return searched;
    if (image)
      return keep(
        "I can't look at pictures. Tell me the product's name and I will look it up, or ask for a person.",
      );
    if (dialogue.pending) return this.#reminded(message, dialogue);
    return keep(this.replies.notFound(question.unknown));
  }

  #remembered(stored, history) {
    if (stored.list?.length > 0 || stored.focus) return stored;
    const last = history.findLast((entry) => entry.role === 'assistant');
    const list = last ? this.search.linkedIds(last.content) : [];
    return list.length === 0 ? stored : { ...stored, list, focus: list.length === 1 ? list[0] : undefined };
  }

  /** What is not understood while a contact is asked for is most likely what it is about. */
  #reminded(message, dialogue) {
    const notes = [dialogue.pending.notes, message].filter(Boolean).join('\n').slice(0, notesMax);
    return {
      text: this.#reminder(dialogue.pending),
      products: [],
      dialogue: { ...dialogue, pending: { ...dialogue.pending, notes } },
    };
  }

  #reminder(pending) {
    if (pending.kind === 'trade_in' && !pending.device) return this.replies.tradeInUnknown();
    if (pending.kind === 'trade_in' && !pending.condition)
      return 'Is it in mint, good, fair or faulty condition? (Or say "cancel".)';
    return 'Please leave your e-mail address, and a colleague will write to you. (Or say "cancel".)';
  }

  /** One product in full. */
  #one(product, question, dialogue, lead = '') {
    const { price, stock } = question.asks;
    const also = price || stock ? '' : this.replies.alsoIn(product);
    const text = [lead, this.replies.product(product, { price, stock }), also].filter(Boolean).join('\n\n');
    return {
      text,
      products: [product],
      dialogue: { ...dialogue, focus: product.id, list: [product.id], query: undefined },
    };
  }

  #many(heading, products, dialogue, query) {
    const ids = products.map(({ id }) => id);
    const seen = [...(query?.seen ?? []), ...ids];
    const next = {
      ...dialogue,
      list: ids,
      focus: ids.length === 1 ? ids[0] : undefined,
      query: query && { ...query, seen },
    };
    return { text: this.replies.productList(heading, products), products, dialogue: next };
  }

  /** "A vs B", "compare A and B", "which is better", "compare the first two". */
  #compared(question, dialogue) {
    if (!question.asks.compare) return null;
    const between = sides(question, /\b(?:versus|vs|or|and|with|to|against)\b/) ?? [question.words, []];
    const pick = (words) => this.search.named(words)[0];
    let families = between.map(pick).filter(Boolean);
    if (families.length < 2) families = this.search.named(question.words);
    let products = [...new Set(families)].map((family) => this.#variant(family, question));
    if (products.length === 1 && dialogue.focus && question.pointsBack) {
      const focus = this.search.byId.get(dialogue.focus);
      if (focus.family !== products[0].family) products.unshift(focus);
    }
    if (products.length === 0 && dialogue.list?.length >= 2)
      products = dialogue.list.slice(0, 2).map((id) => this.search.byId.get(id));
    if (products.length < 2) return null;
    const [first, second] = products;
    const next = { ...dialogue, list: [first.id, second.id], focus: undefined, query: undefined };
    return { text: this.replies.comparison(first, second), products: [first, second], dialogue: next };
  }

  /** "the second one", "and in blue?", "how much is it?", "anything cheaper?", "more". */
  #followed(question, dialogue) {
    const names = this.search.named(question.words);
    if (names.length > 0) return null;
    const list = (dialogue.list ?? []).map((id) => this.search.byId.get(id)).filter(Boolean);
    const { asks } = question;
    if (question.ordinal !== null && list.length > 0) {
      const product = list.at(question.ordinal);
      if (product) return this.#one(product, question, dialogue);
      return { text: `I showed you ${list.length}; which of them do you mean?`, products: [], dialogue };
    }
    if (list.length > 0 && !question.category && (asks.whichCheaper || asks.cheapest || asks.dearest)) {
      const sorted = [...list].sort((a, b) => a.priceSgd - b.priceSgd);
      return this.#one(sorted.at(asks.dearest ? -1 : 0), question, dialogue);
    }
    if (dialogue.query && (asks.more || (asks.cheaper && !dialogue.focus)))
      return this.#again(asks.cheaper, list, dialogue);
    const focus = this.search.byId.get(dialogue.focus) ?? list[0];
    if (!focus) return null;
    if (asks.cheaper) return this.#cheaperThan(focus, dialogue);
    if (question.pointsAtOne && !this.search.namesKind(question.words) && !question.colour && !question.size)
      return this.#one(focus, question, dialogue);
    if (question.category || this.#terms(question).length > 0) return null;
    if (question.colour || question.size) return this.#inVariant(focus, question, dialogue);
    if (asks.price || asks.stock || question.pointsBack) return this.#one(focus, question, dialogue);
    return null;
  }

  #again(cheaper, list, dialogue) {
    const { words, filter, seen } = dialogue.query;
    const maxSgd = cheaper ? Math.min(...list.map(({ priceSgd }) => priceSgd)) - 1 : filter.maxSgd;
    const rest = this.search
      .find(words, { ...filter, maxSgd }, 100)
      .filter(({ id }) => cheaper || !seen.includes(id));
    if (rest.length === 0)
      return {
        text: cheaper ? 'Those are the cheapest that I found.' : 'That was all that I found.',
        products: [],
        dialogue,
      };
    return this.#many(
      cheaper ? 'Cheaper ones:' : 'Here are more:',
      rest.slice(0, shown),
      dialogue,
      dialogue.query,
    );
  }

  #cheaperThan(focus, dialogue) {
    const filter = { category: focus.category, maxSgd: focus.priceSgd - 1 };
    const products = this.search
      .find([], filter, 100)
      .sort((a, b) => b.priceSgd - a.priceSgd)
      .slice(0, shown);
    if (products.length === 0)
      return { text: `**${focus.name}** is the cheapest of its kind here.`, products: [], dialogue };
    return this.#many(`Cheaper than ${sgd(focus.priceSgd)}:`, products, dialogue, {
      words: [],
      filter,
      seen: [],
    });
  }

  #inVariant(focus, question, dialogue) {
    const wanted = { colour: question.colour ?? null, size: question.size ?? null };
    const kept = { colour: wanted.colour ?? focus.colour, size: wanted.size ?? focus.size?.toLowerCase() };
    const [product] = [kept, wanted].flatMap((wish) => this.search.variants(focus.family, wish));
    if (product) return this.#one(product, question, dialogue);
    const what = [question.size?.toUpperCase(), question.colour?.toLowerCase()].filter(Boolean).join(' ');
    const also = this.replies.alsoIn(focus);
    return {
      text: `We don't have the **${focus.family}** in ${what}. ${also}`.trim(),
      products: [],
      dialogue,
    };
  }

  /** A device that is taken in trade but no longer sold. */
  #onlyTraded(question, dialogue) {
    const device = this.search.tradeIn(question.words);
    if (!device || this.search.families.has(device.name) || this.search.named(question.words).length > 0)
      return null;
    return { text: this.replies.onlyTraded(device), products: [], dialogue };
  }

  /** The variant that a question means: as it says, else one in stock. */
  #variant(family, { colour, size }) {
    const fits = this.search.variants(family, { colour, size });
    const all = fits.length > 0 ? fits : this.search.variants(family);
    return all.find(({ stock }) => stock > 0) ?? all[0];
  }

  #named(question, dialogue) {
    const names = this.search.named(question.words);
    if (names.length === 0) return null;
    if (names.length > 1) {
      const products = names.slice(0, shown).map((family) => this.#variant(family, question));
      return this.#many('These are the ones you named:', products, dialogue);
    }
    const [family] = names;
    // "50mm" in a lens's name is no wish for a size.
    const wish = { ...question, size: tokens(family).includes(question.size) ? undefined : question.size };
    if ((wish.colour || wish.size) && this.search.variants(family, wish).length === 0) {
      const focus = this.#variant(family, {});
      const answer = this.#inVariant(focus, wish, dialogue);
      return { ...answer, dialogue: { ...dialogue, focus: focus.id, list: [focus.id] } };
    }
    return this.#one(this.#variant(family, wish), question, dialogue);
  }

  #terms({ words, unknown, size }) {
    return this.search
      .terms(words)
      .filter((word) => word !== size)
      .concat(unknown);
  }

  #searched(question, dialogue) {
    const { category, colour, size, minSgd, maxSgd, unknown, asks } = question;
    const filter = {
      category: category ?? undefined,
      colour,
      minSgd,
      maxSgd,
      inStock: asks.stock || undefined,
    };
    const words = question.words.filter((word) => !unknown.includes(word) && word !== size);
    // A word that the shop does not know is most likely the thing itself ("fridge"): a colour or price does not replace it.
    const meant = this.search.terms(words).some((word) => /\D/.test(word));
    if (unknown.length > 0 && !meant && !category) return null;
    const all = this.search.find(words, { ...filter, size }, 100);
    if (asks.cheapest) all.sort((a, b) => a.priceSgd - b.priceSgd);
    if (asks.dearest) all.sort((a, b) => b.priceSgd - a.priceSgd);
    if (all.length === 0) return this.#nothingWithin(words, filter, dialogue);
    const count = asks.cheapest || asks.dearest ? 3 : shown;
    const partly =
      unknown.length > 0
        ? `I don't know "${unknown.slice(0, 3).join(' ').slice(0, 60)}", but this comes closest:`
        : null;
    const heading =
      partly ??
      (all.length === 1
        ? 'I found this:'
        : `I found ${all.length > count ? `${all.length}, here are ${count}` : all.length}:`);
    return this.#many(heading, all.slice(0, count), dialogue, { words, filter, seen: [] });
  }

  /** Something fits but not at that price, colour or in stock: say so, and what there is. */
  #nothingWithin(words, filter, dialogue) {
    const all = this.search.find(words, { category: filter.category }, 100);
    const products = all.sort((a, b) => a.priceSgd - b.priceSgd).slice(0, 3);
    const limited =
      filter.colour || filter.inStock || filter.minSgd !== undefined || filter.maxSgd !== undefined;
    if (products.length === 0 || !limited) return null;
    return this.#many('Nothing fits all of that. The nearest I have:', products, dialogue);
  }
}
