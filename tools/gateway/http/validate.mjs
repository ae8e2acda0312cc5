// The body of POST /api/chatkit/agent: from untrusted bytes to a plain request, or a list of what is wrong with it.
import { estimateTokens } from '../costs/limits.mjs';
import { hasPublicHost } from './public_host.mjs';

const sessionIdMax = 100;
const messageMax = 1000;
const imageMax = 4096;
const historyKept = 20;
const keyMax = 200;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** @returns {object|undefined} undefined when the bytes are no JSON object in valid UTF-8 */
export function parseBody(bytes) {
  try {
    const body = JSON.parse(decoder.decode(bytes));
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

// Texts that only make sense as an attempt to take over the assistant. Deliberately few: a shopper must never meet them.
const injectionPatterns = [
  /\b(ignore|disregard|forget)\b.{0,20}\b(all|any|previous|prior|above|your)\b.{0,20}\b(instructions?|prompts?|rules)\b/i,
  /\b(reveal|print|show|repeat)\b.{0,20}\byour\b.{0,10}\b(system prompt|instructions)\b/i,
  /<\|(im_start|im_end|system|endoftext)\|>/i,
];

export const looksLikeInstruction = (message) => injectionPatterns.some((pattern) => pattern.test(message));

/** Length as the widget counts it: UTF-16 units. */
const within = (text, max) => text.length >= 1 && text.length <= max;

/**
 * Only named fields are read and unknown ones are ignored, so keys such as `__proto__` reach nothing.
 * @returns {{request: object}|{details: {field: string, message: string, value?: *}[]}}
 */
export function validate(body, key) {
  const details = [];
  const wrong = (field, message, value) =>
    details.push(value === undefined ? { field, message } : { field, message, value });
  const own = (name) => (Object.hasOwn(body, name) ? body[name] : undefined);

  const sessionId = own('sessionId');
  if (typeof sessionId !== 'string' || !within(sessionId, sessionIdMax))
    wrong('sessionId', `sessionId must be a text of 1 to ${sessionIdMax} characters`);

  const message = own('message');
  if (typeof message !== 'string' || message.trim() === '')
    wrong('message', 'message must be a text that is not empty');
  else if (!within(message, messageMax))
    wrong('message', `message must be at most ${messageMax} characters (UTF-16 units)`, message.length);
  else if (looksLikeInstruction(message))
    wrong('message', 'message looks like an instruction to the assistant; please ask about the shop');

  const image = imageOf(own('image'), wrong);
  const mode = own('mode') ?? null;
  if (mode !== null && (typeof mode !== 'string' || !within(mode, 20)))
    wrong('mode', 'mode must be a short text');
  const history = historyOf(own('history'), wrong);

  if (key !== null && !/^[\x21-\x7e]+$/.test(key))
    wrong('Idempotency-Key', 'Idempotency-Key must be printable ASCII');
  else if (key !== null && key.length > keyMax)
    wrong('Idempotency-Key', `Idempotency-Key must be at most ${keyMax} characters`, key.length);

  if (details.length > 0) return { details };
  const request = {
    sessionId: sessionId.toWellFormed(),
    message: message.toWellFormed(),
    image: image?.toWellFormed() ?? null,
    mode: mode?.toWellFormed() ?? null,
    history,
    key,
  };
  return { request };
}

function imageOf(value, wrong) {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') {
    wrong('image', 'image must be a text or null');
    return null;
  }
  const image = value.trim();
  if (image === '') return null;
  if (image.length > imageMax) wrong('image', `image must be at most ${imageMax} characters`, image.length);
  else if (/^data:image\//i.test(image)) return image;
  else if (!/^https?:\/\/\S+$/i.test(image) || !URL.canParse(image))
    wrong('image', 'image must begin with http://, https:// or data:image/');
  else if (!hasPublicHost(new URL(image))) wrong('image', 'image must be on a public host');
  // As it was understood here: another reader of addresses might take the same letters for another host.
  else return new URL(image).href;
  return image;
}

function historyOf(value, wrong) {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    wrong('history', 'history must be a list');
    return [];
  }
  const kept = [];
  const first = Math.max(0, value.length - historyKept);
  value.slice(first).forEach((entry, index) => {
    const field = `history[${first + index}]`;
    if (typeof entry !== 'object' || entry === null) return wrong(field, 'must be {role, content}');
    if (entry.role !== 'user' && entry.role !== 'assistant')
      return wrong(`${field}.role`, 'role must be user or assistant');
    if (typeof entry.content !== 'string') return wrong(`${field}.content`, 'content must be a text');
    kept.push({ role: entry.role, content: entry.content.toWellFormed() });
  });
  return kept;
}

/** Details for a turn that is past the token budget, or null. */
export function tokenBudgetDetails(request, turnTokensMax) {
  const characters = request.history.reduce(
    (sum, entry) => sum + entry.content.length,
    request.message.length,
  );
  const tokens = estimateTokens(characters);
  if (tokens <= turnTokensMax) return null;
  return [
    {
      field: 'tokens',
      message: `message and history must be at most ${turnTokensMax} tokens`,
      value: tokens,
    },
  ];
}
