// The built-in assistant: answers offline from the catalogue, word by word at a set pace.
import { Conversation } from './converse.mjs';
import { speak, wait } from './pace.mjs';
import { estimatedUsage, verificationOf } from './usage.mjs';

export class CatalogueAssistant {
  model = 'shopbell-catalogue-1';

  constructor(config, search) {
    this.config = config;
    this.search = search;
    this.conversation = new Conversation(search);
  }

  /** Nobody is asked, so nothing is to be paid. */
  priceOf() {
    return {};
  }

  /** @param {object} request @param {import('./index.mjs').Output} output */
  async answer(request, output) {
    const reply = this.conversation.reply(request);
    // Stored before the first word of "I have noted it" can be read.
    if (reply.lead) output.saveLead(reply.lead);
    await wait(this.config.answerDelayMs, output.signal);
    await speak(reply.text, request.paced ? this.config.streamPaceMs : 0, output);
    if (reply.products.length > 0)
      output.products(reply.products.map((product) => this.search.card(product)));
    const { text, dialogue, stopped } = reply;
    const provenance = reply.products.map((product) => `catalogue:${product.id}`);
    const verification = verificationOf(text, {
      slots: reply.slots,
      target: reply.target,
      provenance,
      review: Boolean(reply.lead),
    });
    return { text, model: this.model, dialogue, stopped, usage: estimatedUsage(request, text), verification };
  }

  close() {
    this.search.close();
  }
}
