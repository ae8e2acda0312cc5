// A product as a card: name, price in the shop's currency, stock, and a picture only where there is one.
import type { Product } from '../../shim/generated/messages';
import { element } from '../dom';
import { host_behind, host_of, lead_away } from '../links';
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

export type MayShow = (picture: string) => boolean;

// Whoever serves a picture is told who looks at it, and when.
/** Tells whose pictures are loaded: the shop's own, those of `trusted` addresses, and from where the page itself has pictures. */
export function pictures_of(trusted: string[]): MayShow {
  const known = new Set([location.href, ...trusted].map(host_of));
  return (picture) => {
    const host = host_of(picture);
    const on_page = ['https:', 'http:', ''].map(
      (scheme) => `img[src^="${CSS.escape(`${scheme}//${host}/`)}"]`,
    );
    return known.has(host) || Boolean(document.body.querySelector(on_page.join()));
  };
}

export function product_card(product: Product, { language, stock }: Words, may_show: MayShow): HTMLLIElement {
  const card = element('li', { class: 'product' });
  if (product.image && may_show(product.image)) {
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
  const host = host_of(product.link);
  const name = element(host ? 'a' : 'span', { class: 'product-name' }, product.title);
  const title = element('div', {}, name);
  if (host) name.setAttribute('href', product.link);
  if (host && host !== location.host) {
    lead_away(name);
    title.append(host_behind(host));
  }
  const facts = element('div', { class: 'facts' });
  const price = price_of(product, language);
  if (price) facts.append(element('span', { class: 'price' }, price));
  if (product.stock) facts.append(element('span', { class: 'stock' }, stock[product.stock] ?? product.stock));
  card.append(element('div', {}, title, facts));
  return card;
}
