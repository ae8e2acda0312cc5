// Fields of forms that a model fills in while a person speaks: few, named, bounded, and put right where a recogniser mishears.

const plain = (value) =>
  value
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim();

// As recognisers write what people say.
const misheard = [
  [/@(ut|art|oat|out)mail\./i, '@hotmail.'],
  [/@(geemail|g-mail|gee-mail)\./i, '@gmail.'],
];

/** @returns {string|null} the address, put right; null: it is none */
export function emailOf(value) {
  const given = misheard.reduce(
    (text, [wrong, right]) => text.replace(wrong, right),
    value.replace(/\s/g, ''),
  );
  return given.length <= 254 && /^[^\s\p{C}@<>"]+@[^\s\p{C}@<>"]+\.[^\s\p{C}@<>".]+$/u.test(given)
    ? given
    : null;
}

/** A number is taken for its digits: models give years and telephone numbers as they like. */
export const text = (max) => (value) => {
  const given = Number.isFinite(value) ? String(value) : value;
  if (typeof given !== 'string') return { wrong: 'must be a text' };
  return given.length <= max ? { value: plain(given) } : { wrong: `must be at most ${max} characters` };
};
export const oneOf =
  (...values) =>
  (value) =>
    values.includes(value) ? { value } : { wrong: `must be one of ${values.join(', ')}` };
export const flag = (value) => (typeof value === 'boolean' ? { value } : { wrong: 'must be true or false' });
export const amount = (value) =>
  Number.isFinite(value) && value >= 0 && value <= 1e7
    ? { value }
    : { wrong: 'must be a number from 0 to 10000000' };
export const list = (value) => {
  const isList =
    Array.isArray(value) &&
    value.length <= 20 &&
    value.every((one) => typeof one === 'string' && one.length <= 200);
  return isList
    ? { value: value.map(plain) }
    : { wrong: 'must be at most 20 texts of at most 200 characters' };
};
export const email = (value) => {
  const given = typeof value === 'string' && value.length <= 300 ? emailOf(value) : null;
  return given ? { value: given } : { wrong: 'must be an e-mail address' };
};

/**
 * @param {object} body of which no other field is read; null and '' are as not there
 * @param {Record<string, (value: *) => {value: *}|{wrong: string}>} kinds by field
 * @returns {{values: object, wrong: Record<string, string>|null}}
 */
export function fieldsOf(body, kinds) {
  const values = {};
  const wrong = {};
  for (const [name, kind] of Object.entries(kinds)) {
    if (!Object.hasOwn(body, name) || body[name] === null || body[name] === '') continue;
    const read = kind(body[name]);
    if (read.wrong) wrong[name] = `${name} ${read.wrong}`;
    else values[name] = read.value;
  }
  return { values, wrong: Object.keys(wrong).length > 0 ? wrong : null };
}
