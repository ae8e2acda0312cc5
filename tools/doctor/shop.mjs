// What a tag says about its shop, with the widget's own defaults (README, "The tag").

/** Before the page was read. @param {object} options as main.mjs reads them */
export const new_shop = ({ url, ...options }) => ({
  url: new URL(url),
  options,
  voice: 'off',
  backend: options.backend ?? 'chatkit',
});

/** @param {{src: URL, attribute: (name: string) => string | undefined, has: (name: string) => boolean}} tag */
export function take_tag(shop, tag) {
  const { options } = shop;
  const data = (name) => tag.attribute(`data-${name}`);
  const api = data('api-url');
  Object.assign(shop, {
    tag,
    // A tag without it waits for the page's own call of init.
    said: api !== undefined,
    api: new URL(api && URL.canParse(api, tag.src) ? api : tag.src.origin, tag.src),
    key: options['chat-key'] ?? data('api-key'),
    backend: options.backend ?? data('backend') ?? 'chatkit',
    voice: data('voice') ?? (options.backend === 'shopbell' || options.backend === 'hal' ? 'backend' : 'off'),
    idempotency: data('idempotency') === 'on',
  });
  if (shop.voice === 'backend') shop.voice = shop.backend;
}

/** Below the back end's address, whether that ends with a slash or not. */
export const under = (api, path) => new URL(api.href.replace(/\/*$/, '') + path);

/** The same as a socket's. */
export function socket_of(url) {
  const socket = new URL(url);
  socket.protocol = socket.protocol === 'https:' ? 'wss:' : 'ws:';
  return socket;
}

/** As a browser on the page would, and as what it is. */
export const page_headers = (shop) => ({
  'x-client-source': 'doctor',
  ...(shop.key && { 'x-api-key': shop.key }),
  ...(shop.page && { origin: shop.page.url.origin }),
});
export const has_own_origin = (shop) => !shop.page || shop.page.url.origin !== shop.api.origin;

const local_names = /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
export const is_local = ({ hostname }) => local_names.test(hostname);
