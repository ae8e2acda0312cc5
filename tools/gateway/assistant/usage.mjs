// The parts of a reply that count and account for it (the JSON answer of chatkit): usage and verification.
import { estimateTokens } from '../costs/limits.mjs';

export function estimatedUsage(request, text) {
  const said = request.history.reduce((sum, entry) => sum + entry.content.length, request.message.length);
  const promptTokens = estimateTokens(said);
  const completionTokens = estimateTokens(text.length);
  return { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens };
}

/** Slots that were not talked about stay null; nothing is guessed. */
export function verificationOf(text, { slots = {}, provenance = [], review = false, target } = {}) {
  const value = slots.trade_in_value_sgd;
  const topUp = target && value !== undefined ? Math.max(0, target.priceSgd - value) : null;
  return {
    reply_text: text,
    slots_filled: {
      trade_in_brand: null,
      trade_in_model: null,
      trade_in_variant: null,
      trade_in_condition: null,
      trade_in_value_sgd: null,
      target_brand: null,
      target_model: null,
      target_variant: null,
      target_price_sgd: null,
      used_device_discount_sgd: null,
      ...slots,
    },
    top_up_sgd: topUp,
    calculation_steps: topUp === null ? [] : [`${target.priceSgd} - ${value} = ${target.priceSgd - value}`],
    confidence: provenance.length > 0 ? 1 : 0.5,
    provenance,
    flags: { requires_human_review: review, is_provisional: value !== undefined },
  };
}
