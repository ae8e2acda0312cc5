// Sentences of a text that is still being written. Each comes out as soon as its end is certain, because the first sound of an answer
// waits for the first sentence only. Offsets count UTF-16 units of the whole text: with them an interrupted answer is cut where the
// shopper stopped hearing it.

/** A longer piece is cut at a comma or a space: synthesis of one piece must not take long, and a run-on text must not wait for ever. */
export const sentenceCharactersMax = 280;

const closers = /["'”’)\]*_`~]/;
// A full stop after these ends no sentence.
const abbreviation = /(?:^|[\s(])(?:e\.g|i\.e|etc|approx|incl|excl|max|min|vs|mr|mrs|ms|dr|st|[a-z])\.$/i;
const listNumber = /^\s*\d{1,3}\.$/;

/** @typedef {{text: string, start: number, end: number}} Sentence `end` includes the blanks behind it */

export class SentenceSplitter {
  #rest = '';
  #start = 0;

  /** @param {string} text what was written since the last call @returns {Sentence[]} sentences that are complete now */
  push(text) {
    this.#rest += text;
    const sentences = [];
    for (let end = endOfSentence(this.#rest); end > 0; end = endOfSentence(this.#rest))
      sentences.push(this.#take(end));
    return sentences.filter((sentence) => sentence.text.trim() !== '');
  }

  /** The text is complete. */
  finish() {
    const sentences = this.push('');
    if (this.#rest.trim() !== '') sentences.push(this.#take(this.#rest.length));
    return sentences;
  }

  #take(end) {
    const sentence = { text: this.#rest.slice(0, end), start: this.#start, end: this.#start + end };
    this.#rest = this.#rest.slice(end);
    this.#start += end;
    return sentence;
  }
}

/** Where the first sentence ends, its trailing blanks included; 0 when that is not known yet. */
function endOfSentence(text) {
  let brackets = 0; // of a Markdown link: neither its words nor its address end a sentence
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at];
    if (mark === '\n') return text.slice(0, at).trim() === '' ? skipBlanks(text, at) : at + 1;
    if (mark === '[' || (mark === '(' && text[at - 1] === ']')) brackets += 1;
    else if ((mark === ']' || mark === ')') && brackets > 0) brackets -= 1;
    else if ('.!?…'.includes(mark) && brackets === 0) {
      let after = at + 1;
      while (after < text.length && (closers.test(text[after]) || '.!?…'.includes(text[after]))) after += 1;
      if (after < text.length && /\s/.test(text[after]) && !isNoEnd(text.slice(0, at + 1)))
        return skipBlanks(text, after);
    }
    if (at >= sentenceCharactersMax) return cutOfLong(text);
  }
  return 0;
}

const isNoEnd = (text) => text.endsWith('.') && (abbreviation.test(text) || listNumber.test(text));

function skipBlanks(text, from) {
  let at = from;
  while (at < text.length && /\s/.test(text[at])) at += 1;
  return at;
}

function cutOfLong(text) {
  const head = text.slice(0, sentenceCharactersMax);
  const comma = Math.max(...[', ', '; ', ': ', ' – ', ' — '].map((mark) => head.lastIndexOf(mark)));
  if (comma > sentenceCharactersMax / 3) return comma + 2;
  const space = head.lastIndexOf(' ');
  return space > 0 ? space + 1 : sentenceCharactersMax;
}
