// What a page may have replaced by something of its own before the tag ran, taken from the language instead. The bundler puts these in
// place of the global names (tools/build.mjs).

/** What every async function gives, whatever the page calls `Promise`. */
export const Promise = (async () => undefined)().constructor as PromiseConstructor;
