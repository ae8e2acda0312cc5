// Product cards as the registry reads them.

/** Only what a card has, in the types that the registry reads. */
export function asCard({ productId, name, permalink, price_sgd, stock_status, image }) {
  const text = (value) => (value === undefined || value === null ? '' : String(value));
  return {
    productId: text(productId),
    name: text(name),
    permalink: text(permalink),
    price_sgd: typeof price_sgd === 'number' ? price_sgd : null,
    stock_status: text(stock_status),
    image: text(image),
  };
}
