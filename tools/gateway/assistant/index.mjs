// Chooses who answers: the built-in catalogue assistant, or an OpenAI-compatible server when one is configured.
import { loadCatalogue } from '../../../web/shop/catalogue.mjs';
import { Search } from './search.mjs';
import { CatalogueAssistant } from './catalogue_assistant.mjs';
import { OpenaiAssistant } from './openai.mjs';

/**
 * @typedef {object} Answer
 * @property {string} text markdown
 * @property {string} model
 * @property {object} verification
 * @property {{promptTokens: number, completionTokens: number, totalTokens: number}} usage
 * @property {object} dialogue what the session's next turn continues from
 * @property {boolean} [stopped] the shopper said goodbye: the short form of the answer
 */

/**
 * @typedef {object} Output
 * @property {AbortSignal} signal
 * @property {import('../costs/bill.mjs').Bill} bill told of what a model is asked and says
 * @property {(text: string) => void} delta
 * @property {(products: object[]) => void} products
 * @property {(name: string, state: 'running'|'done'|'failed') => void} [tool] a tool that the assistant uses
 * @property {(lead: object) => void} saveLead stored when this returns
 */

/** @returns {{model: string, priceOf(request: object): {model_requests?: number, tokens?: number}, answer(request: object, output: Output): Promise<Answer>, close(): void}} */
export function makeAssistant(config, catalogue = loadCatalogue(config.catalogueFile || undefined)) {
  const search = new Search(catalogue, config.shopUrl);
  return config.openaiBaseUrl ? new OpenaiAssistant(config, search) : new CatalogueAssistant(config, search);
}
