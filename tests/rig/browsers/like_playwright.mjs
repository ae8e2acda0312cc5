// Gives a page of another browser's rig (goto, evaluate, click_at, type, press, close) the few methods of Playwright's pages that
// widget.mjs and the text rows use, so that they are written once. A selector is `shopbell-widget …`: the rest is looked for inside its
// shadow root.
import { setTimeout as sleep } from 'node:timers/promises';

const limit_ms = 15_000;

/** Runs in the page: what `what` says about the element of the selector; undefined while there is none. */
function ask({ selector, what, value }) {
  const [host, ...rest] = selector.split(' ');
  const found = document.querySelector(host)?.shadowRoot?.querySelector(rest.join(' '));
  if (!found) return undefined;
  const { x, y, width, height } = found.getBoundingClientRect();
  const questions = {
    attached: () => true,
    visible: () => width > 0 && height > 0,
    box: () => (width > 0 && height > 0 ? { x, y, width, height } : undefined),
    attribute: () => ({ text: found.getAttribute(value) }),
    text: () => ({ text: found.value }),
    focus() {
      found.focus();
      return true;
    },
    fill() {
      found.focus();
      found.value = value;
      found.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
      return true;
    },
  };
  return questions[what]();
}

function locator(page, selector) {
  const answer = async (what, { value, timeout = limit_ms } = {}) => {
    const end = performance.now() + timeout;
    for (;;) {
      const said = await page.evaluate(ask, { selector, what, value: value ?? null });
      if (said) return said;
      if (performance.now() > end) throw new Error(`waited ${timeout} ms for ${selector} (${what})`);
      await sleep(30);
    }
  };
  const self = {
    first: () => self,
    waitFor: ({ state = 'visible', timeout } = {}) => answer(state, { timeout }),
    getAttribute: async (name) => (await answer('attribute', { value: name })).text,
    inputValue: async () => (await answer('text')).text,
    boundingBox: (options) => answer('box', options),
    focus: () => answer('focus'),
    fill: (text) => answer('fill', { value: text }),
    async click(options) {
      const { x, y, width, height } = await answer('box', options);
      await page.click_at(x + width / 2, y + height / 2);
    },
  };
  return self;
}

/** @param {object} page of firefox.mjs or webkit.mjs; @param {object} more what only that browser's page can do */
export function like_playwright(page, more) {
  const self = Object.assign(page, {
    locator: (selector) => locator(self, selector),
    keyboard: { type: (text) => self.type(text), press: (key) => self.press(key) },
    context: () => ({ close: () => self.close() }),
    ...more,
  });
  return self;
}
