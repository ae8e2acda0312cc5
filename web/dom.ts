// Elements without HTML text: there is no sink that could run what a peer wrote.

export type Attributes = Record<string, string>;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function button(attributes: Attributes, ...children: (Node | string)[]): HTMLButtonElement {
  return element('button', { type: 'button', ...attributes }, ...children);
}

/** A style sheet of the shadow root; a style element where sheets can't be constructed. */
export function add_styles(root: ShadowRoot, css: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    root.append(element('style', {}, css));
  }
}
