// The demo shop's basket. It lives in localStorage as {product id: pieces}; storage that is denied means an empty one.
(() => {
  const storageKey = 'harbourlight_basket';
  const piecesMax = 9;

  function read() {
    try {
      const value = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
    } catch {
      return {};
    }
  }

  function write(basket) {
    try {
      localStorage.setItem(storageKey, JSON.stringify(basket));
    } catch {
      // Storage is full or denied: the basket lasts as long as this page.
    }
    showCount(basket);
  }

  function showCount(basket) {
    const count = Object.values(basket).reduce((sum, pieces) => sum + (Number(pieces) || 0), 0);
    for (const badge of document.querySelectorAll('[data-basket-count]')) {
      badge.textContent = String(count);
      badge.hidden = count === 0;
    }
  }

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const sgd = (value) => `S$${value.toLocaleString('en-SG')}`;

  async function showBasket(place) {
    const products = new Map(
      (await (await fetch('/products.json')).json()).map((product) => [product.id, product]),
    );
    const draw = () => {
      const basket = read();
      const rows = Object.entries(basket).filter(([id]) => products.has(Number(id)));
      if (rows.length === 0) {
        place.replaceChildren(
          element('p', { textContent: 'Your basket is empty.' }),
          element('a', { className: 'button', href: '/', textContent: 'Back to the shop' }),
        );
        return;
      }
      let total = 0;
      const list = element('ul', { className: 'basket' });
      for (const [id, pieces] of rows) {
        const product = products.get(Number(id));
        total += product.priceSgd * pieces;
        const change = (value) => {
          const changed = read();
          if (value <= 0) delete changed[id];
          else changed[id] = Math.min(value, piecesMax);
          write(changed);
          draw();
        };
        const amount = element('select', { ariaLabel: `Pieces of ${product.name}` });
        for (let n = 1; n <= piecesMax; n += 1)
          amount.append(
            element('option', { value: String(n), textContent: String(n), selected: n === pieces }),
          );
        amount.addEventListener('change', () => change(Number(amount.value)));
        const remove = element('button', {
          className: 'button quiet',
          textContent: 'Remove',
          ariaLabel: `Remove ${product.name}`,
        });
        remove.addEventListener('click', () => change(0));
        list.append(
          element(
            'li',
            {},
            element('img', { src: `/img/${id}.svg`, alt: '', width: 88, height: 88 }),
            element('a', { href: `/p/${id}-${product.slug}`, textContent: product.name }),
            amount,
            element('span', { className: 'price', textContent: sgd(product.priceSgd * pieces) }),
            remove,
          ),
        );
      }
      place.replaceChildren(
        list,
        element('p', { className: 'total', textContent: `Total ${sgd(total)}` }),
        element('p', { className: 'small', textContent: 'This is a demo shop: nothing can be ordered.' }),
      );
    };
    draw();
  }

  for (const button of document.querySelectorAll('[data-add]')) {
    button.addEventListener('click', () => {
      const basket = read();
      basket[button.dataset.add] = Math.min((Number(basket[button.dataset.add]) || 0) + 1, piecesMax);
      write(basket);
      const note = document.querySelector('[data-added]');
      if (note) note.textContent = 'Added to your basket.';
    });
  }
  const place = document.querySelector('[data-basket]');
  if (place) void showBasket(place);
  showCount(read());
})();
