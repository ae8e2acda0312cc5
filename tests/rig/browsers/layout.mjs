// Where the panel lies, and what in it does not fit.

/** What sticks out of the window or of the panel sideways, and the panel's place. */
export const layout_of = (page) =>
  page.evaluate(() => {
    const root = document.querySelector('shopbell-widget').shadowRoot;
    const panel = root.querySelector('[part~="panel"]');
    const box = panel.getBoundingClientRect();
    const cut = [];
    for (const one of panel.querySelectorAll('*')) {
      const { left, right, width } = one.getBoundingClientRect();
      const style = getComputedStyle(one);
      // What is meant for screen readers alone is clipped to a pixel.
      if (width <= 1 || one.closest('.quiet')) continue;
      const outside = left < box.left - 0.5 || right > box.right + 0.5;
      const hidden = one.scrollWidth > one.clientWidth + 1 && ['hidden', 'clip'].includes(style.overflowX);
      if (outside || (hidden && one.clientWidth > 0)) cut.push(`${one.tagName} ${one.className} ${one.part}`);
    }
    return {
      open: !panel.hidden,
      panel: { left: box.left, top: box.top, right: box.right, bottom: box.bottom },
      window: { width: innerWidth, height: innerHeight },
      scrolls_sideways: document.documentElement.scrollWidth > innerWidth,
      cut,
    };
  });
