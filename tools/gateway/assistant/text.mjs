// Words of a question: how text is cut, which words carry no meaning for a search, and how far two words are apart.

/** Lower case, without accents; `256 GB` is one word, `USB-C` two. */
export function tokens(text) {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
  return (
    plain
      .replace(/(\d)\s+(gb|tb|mm|w|m)\b/g, '$1$2')
      .replace(/['’]/g, '')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

const list = (text) => text.split(/\s+/);

/** Words of ordinary questions: never searched for, never "corrected" into a product's name. */
export const commonWords = new Set(
  list(`a about above after again all also am an and another any anything are as ask at
 available be because been below best better between both but buy by call can carry cash cheap cheaper cheapest check come comes coming colours
 compare comparison colour color cost costs could currently day days did difference different do does dont else ever every
 expensive find first for found from get give go good got had hand has have having he hello help her here hey hi him his how
 hows i id if im in instead into is isnt it its just kind know last least less let like list look looking lot many may
 maybe me mean might mine more most much must my myself near need new next nice no not now of off ok okay old on one only
 or order other our out over per piece please possible price priced prices pricing question really recommend recommendation
 right same second see sell selling send shop should show similar since sir so some someone something sort
 stock still store stuff such sure take tell than thank thanks that thats the their them then there these they thing
 things third this those to today too top try under until up us use used value version versus very vs want wanted was
 way we well were what whats when where which who why will wish with within without worth would year years yes yet you your`),
);

/** Words that a slip of the finger is put right to even when they are short. */
export const shortIntentWords = ['trade', 'hours', 'price', 'compare'];

/** Words that a slip of the finger in a longer word is put right to, beside the catalogue's own words. */
export const intentWords =
  list(`address battery cancel compare comparison condition courier deliver delivery different
 difference exchange expensive goodbye holiday instalment instalments location opening payment person colleague refund
 return returns saturday shipping sunday tomorrow warranty trade tradein cheapest headphones earbuds controller
 smartwatch available faulty broken cracked scratched hours number email recommend`);

/** Damerau-Levenshtein distance (neighbours swapped count as one), given up past `max`. */
export function distance(a, b, max) {
  if (Math.abs(a.length - b.length) > max) return max + 1;
  let before = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + change);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    if (Math.min(...row) > max) return max + 1;
    before = last;
    last = row;
  }
  return last[b.length];
}

/** How many slips a word of this length may hold. Numbers hold none: a 9 is not an 8. */
export function slipsAllowed(word) {
  if (/\d/.test(word) || word.length < 5) return 0;
  return word.length < 7 ? 1 : 2;
}
