// A product as a card: name, price in the shop's currency, stock, and a picture only where there is one.
import type { Product } from '../../shim/generated/messages';
import { element } from '../dom';
import type { Words } from '../locales/words';

function price_of({ price, currency }: Product, language: string): string {
  if (price < 0) return '';
  try {
    return new Intl.NumberFormat(language, { style: 'currency', currency }).format(price);
  } catch {
    // No currency, or none that the browser knows.
    return `${new Intl.NumberFormat(language).format(price)} ${currency}`.trim();
  }
}

export function product_card(product: Product, { language, stock }: Words): HTMLLIElement {
  const card = element('li', { class: 'product' });
  if (product.image) {
    const size = { width: '56', height: '56' };
    const picture = element('img', {
      alt: '',
      loading: 'lazy',
      decoding: 'async',
      src: product.image,
      ...size,
    });
    // A card without a picture is better than one with a broken picture.
    picture.addEventListener('error', () => picture.remove());
    card.append(picture);
  }
  const name = element(product.link ? 'a' : 'span', { class: 'product-name' }, product.title);
  if (product.link) name.setAttribute('href', product.link);
  const facts = element('div', { class: 'facts' });
  const price = price_of(product, language);
  if (price) facts.append(element('span', { class: 'price' }, price));
  if (product.stock) facts.append(element('span', { class: 'stock' }, stock[product.stock] ?? product.stock));
  card.append(element('div', {}, name, facts));
  return card;
}
