// What a voice says for one sentence of an answer: Markdown, addresses, prices and units become words. The row keeps the text as it is.

const currencies = [
  ['S$', 'Singapore dollar'],
  ['US$', 'US dollar'],
  ['A$', 'Australian dollar'],
  ['$', 'dollar'],
  ['€', 'euro'],
  ['£', 'pound'],
];
const units = { gb: 'gigabytes', tb: 'terabytes', mb: 'megabytes', mah: 'milliamp hours', hz: 'hertz' };
const price = /(US\$|S\$|A\$|\$|€|£)\s?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{2}))?(?!\d)/g;

/** @returns {string} empty when there is nothing to say (a rule, a picture, an emoji) */
export function speakable(markdown) {
  const text = markdown
    .replace(/^\s*(?:```|~~~).*$/gm, ' ')
    .replace(/^\s*(?:#{1,6}|>|[-*+])\s+/gm, '')
    .replace(/^\s*(?:[-*_]\s*){3,}$/gm, ' ')
    .replace(/^\s*\|?[\s:|-]+\|[\s:|-]*$/gm, ' ')
    .replace(/!\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<?\b(?:https?|ftp):\/\/[^\s<>]+>?/g, (found) => `the link${/[.!?]$/.exec(found)?.[0] ?? ''}`)
    .replace(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, spokenAddress)
    .replace(/^(\s*\d{1,3})\.\s/gm, '$1: ')
    .replace(/(?<=[\p{L}\p{N}])[*_]+(?=[\p{L}\p{N}])/gu, ' ')
    .replace(/[*_`~]+(?=\S)|(?<=\S)[*_`~]+/g, '')
    .replace(/<\/?[a-z][^>]*>/gi, ' ')
    .replace(/\s*\|\s*/g, ', ')
    .replace(price, spokenPrice)
    .replace(/(\d)\s?(GB|TB|MB|mAh|Hz)\b/g, (_, digit, unit) => `${digit} ${units[unit.toLowerCase()]}`)
    .replace(/(\d)\s?×\s?(?=\d)/g, '$1 by ')
    .replace(/(\d)\s?[–—]\s?(?=\d)/g, '$1 to ')
    .replace(/\s?[—–]\s?/g, ', ')
    .replace(/\s&\s/g, ' and ')
    .replace(/%/g, ' percent')
    .replace(/[\p{Extended_Pictographic}\u{fe0f}\u{200d}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/\s+([,.!?;:])/g, '$1')
    .replace(/^[\s,;:]+|[\s,;]+$/g, '');
  return /[\p{L}\p{N}]/u.test(text) ? text : '';
}

function spokenPrice(_, sign, whole, cents) {
  const name = currencies.find(([mark]) => mark === sign)[1];
  const amount = whole.replaceAll(',', '');
  const words = `${amount} ${name}${amount === '1' ? '' : 's'}`;
  return cents && cents !== '00' ? `${words} ${Number(cents)}` : words;
}

const spokenAddress = (address) => {
  const end = /[.]$/.test(address) ? '.' : '';
  return `${address
    .slice(0, address.length - end.length)
    .replace('@', ' at ')
    .replaceAll('.', ' dot ')}${end}`;
};
