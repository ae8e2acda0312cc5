// A message, understood as far as patterns go: what it asks for and which limits it names. No catalogue facts here.
import { tokens } from './text.mjs';

const patterns = {
  goodbye:
    /^(ok(ay)? )?(good ?bye|bye( bye)?|stop|thats all( thanks| thank you)?|no thats all|see you( later)?|im done|nothing else|end chat)( thanks| thank you| for now)?$/,
  greeting: /^(hi|hello|hey|good (morning|afternoon|evening)|yo|greetings)( there| amara| again| you)*$/,
  thanks:
    /^(ok(ay)? )?(thanks|thank you|thx|cheers|great|perfect|cool|nice|ok(ay)?)( a lot| so much| very much| you)*$/,
  help: /^(help( me)?|what can you do|how (does this|do you) work|who are you|are you (a )?(bot|human|real).*)$/,
  cancel: /^(no( thanks| thank you)?|cancel( it| that)?|never ?mind|forget it|not now|dont)$/,
  person:
    /\b(talk|speak|chat|connect me|put me through)\b.*\b(person|human|someone|somebody|staff|agent|colleague|representative|manager|people)\b|\b(real|live|actual) (person|human|agent)\b|^(human|person|agent|staff)( please)?$|\b(call|contact|email) me( back)?\b/,
  hours:
    /\b(opening|business|store|shop) (hours|times?)\b|\bhours\b|\bwhen (do|are|will) you (open|close|closed)\b|\b(are you|you guys) (open|closed)\b|\bopen (on|today|tomorrow|now|until|till|late)\b|\bwhat time\b.*\b(open|close)\b/,
  address:
    /\b(address|location|located|directions)\b|\bwhere (are you|is (the|your) (shop|store))\b|\bphone number\b|\bhow (can|do) i (reach|contact|find) you\b/,
  delivery: /\b(deliver|delivery|delivered|shipping|ship|shipped|courier|pick ?up|collect|collection)\b/,
  returns: /\b(returns?|returned|refunds?|exchanges?|send (it )?back)\b/,
  warranty: /\b(warranty|guarantee|guaranteed)\b/,
  payment: /\b(pay|payment|paynow|instalments?|installments?|credit card|cards accepted|visa)\b/,
  tradeIn:
    /\btrade ?(in|up|it)?\b|\b(sell|selling) (you )?(my|an? old|this)\b|\bwhats? (is )?my .* worth\b|\bworth of my\b|\bbuy ?back\b|\bgive me for my\b/,
  compare: /\b(compare|comparison|versus|vs|difference between|better)\b/,
  price: /\b(how much|price|prices|priced|cost|costs|pricing)\b/,
  stock: /\b(in stock|available|availability|any left|do you still have|how many|out of stock|sold out)\b/,
  cheaper: /\b(cheaper|less expensive|more affordable)\b/,
  dearest: /\b(most expensive|dearest|best you have|top of the (line|range))\b/,
  whichCheaper: /\bwhich\b.*\b(cheaper|cheapest|less expensive)\b/,
  cheapest: /\b(cheapest|lowest price|least expensive)\b/,
  more: /^((show|any) )?(me )?(more|others?|anything else|what else|next)( please| options| ones)?( do you have)?$/,
};

const conditionWords = [
  ['faulty', /\b(faulty|broken|cracked|damaged|dead|not working|doesnt work|water damage)\b/],
  ['mint', /\b(mint|like new|brand new|perfect|excellent|flawless|unused)\b/],
  ['fair', /\b(fair|scratched|scratches|worn|used a lot|dented|okay|ok)\b/],
  ['good', /\b(good|fine|light(ly)? used|small marks)\b/],
];

const ordinals = [
  [0, /\b(first|1st)\b|\b(number|no|option) (1|one)\b/],
  [1, /\b(second|2nd)\b|\b(number|no|option) (2|two)\b/],
  [2, /\b(third|3rd)\b|\b(number|no|option) (3|three)\b/],
  [3, /\b(fourth|4th)\b|\b(number|no|option) (4|four)\b/],
  [4, /\b(fifth|5th)\b|\b(number|no|option) (5|five)\b/],
];

// Bounded repeats: a message of 1,000 characters must not cost more than its length.
const emailPattern = /[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}/i;
const phonePattern = /(?:\+\d{1,3}[ -]?)?\d{4}[ -]?\d{4}\b/;
// "Max 512GB" is a phone, not a price.
const money = String.raw`(?:s?\$|sgd)?\s*(\d{1,6}(?:,\d{3})?)(?![\d,]|\s*(?:gb|tb|mm)\b)`;
const limits = {
  between: new RegExp(String.raw`\b(?:between|from)\s+${money}\s*(?:and|to|-)\s*${money}`, 'i'),
  under: new RegExp(
    String.raw`\b(?:under|below|less than|up to|max(?:imum)?|at most|within|cheaper than)\s+${money}`,
    'i',
  ),
  over: new RegExp(String.raw`\b(?:over|above|more than|at least|min(?:imum)?)\s+${money}`, 'i'),
};

/**
 * @param {string} message
 * @param {import('./search.mjs').Search} search
 */
export function understand(message, search) {
  const lower = message.toLowerCase();
  // "Hale Over 700" is a name, not a price.
  const named = search
    .named(search.read(lower).words)
    .some((name) => priceLimits(name.toLowerCase()).rest !== name.toLowerCase());
  const { minSgd, maxSgd, rest } = named ? { rest: lower } : priceLimits(lower);
  const { words, unknown } = search.read(rest.replace(emailPattern, ' '));
  const said = words.join(' ');
  const asks = Object.fromEntries(
    Object.entries(patterns).map(([name, pattern]) => [name, pattern.test(said)]),
  );
  const colour = words.map((word) => search.colours.get(word)).find(Boolean);
  const size = words.find((word) => /^\d+(gb|tb|mm|m)$/.test(word) && search.sizes.has(word));
  const email = emailPattern.exec(message)?.[0] ?? null;
  const ordinal =
    ordinals.find(([, pattern]) => pattern.test(said))?.[0] ?? (/\blast one\b/.test(said) ? -1 : null);
  return {
    message,
    words,
    unknown,
    said,
    asks,
    colour,
    size,
    email,
    ordinal,
    minSgd,
    maxSgd,
    phone: phonePattern.exec(message)?.[0] ?? null,
    condition: conditionWords.find(([, pattern]) => pattern.test(said))?.[0] ?? null,
    category: search.categoryOf(words),
    pointsAtOne: /\b(it|its)\b|\b(this|that) one\b/.test(said),
    pointsBack:
      /\b(it|its|that|this|one|them|they|those|these)\b/.test(said) ||
      /^(and|what about|how about)\b/.test(said),
  };
}

function priceLimits(lower) {
  const number = (text) => Number(text.replace(',', ''));
  for (const [kind, pattern] of Object.entries(limits)) {
    const match = pattern.exec(lower);
    if (!match) continue;
    const rest = lower.replace(match[0], ' ');
    if (kind === 'between') return { minSgd: number(match[1]), maxSgd: number(match[2]), rest };
    return kind === 'under' ? { maxSgd: number(match[1]), rest } : { minSgd: number(match[1]), rest };
  }
  return { rest: lower };
}

/** The stop phrase that every assistant answers in the same way, without asking anyone. */
export const isGoodbye = (message, search) => patterns.goodbye.test(search.read(message).words.join(' '));

/** The two sides of a comparison or an exchange, as words. */
export function sides(question, between) {
  const parts = question.said.split(between);
  return parts.length < 2 ? null : [tokens(parts[0]), tokens(parts.slice(1).join(' '))];
}
