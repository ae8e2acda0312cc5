// What a page may have replaced by something of its own before the tag ran, taken from the language instead. The bundler puts these in
// place of the global names (tools/build.mjs).

/** What every async function gives, whatever the page calls `Promise`. */
export const Promise = (async () => undefined)().constructor as PromiseConstructor;

/**
 * The document as its prototype has it. A form or a picture of the page's that is named `body`, `createElement` or `currentScript` stands
 * before the document's own; on the prototype there is none of the page's HTML.
 */
export const document = /* @__PURE__ */ new Proxy({} as Document, {
  get(_, name) {
    const value: unknown = Reflect.get(Document.prototype, name, window.document);
    return value instanceof Function ? (value.bind(window.document) as unknown) : value;
  },
});
