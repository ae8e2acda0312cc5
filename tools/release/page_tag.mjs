// The tag of Shopbell in a page's HTML, as somebody sees it from outside.
const tag_file = /(?:^|\/)(shopbell|chat-widget-enhanced)\.js$/;

const attribute = (tag, name) =>
  new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^"'\\s>]+))`, 'i')
    .exec(tag)
    ?.slice(1)
    .find((value) => value !== undefined)
    ?.replaceAll('&amp;', '&');

/** @param {URL} address */
export const is_tag_file = ({ pathname }) => tag_file.test(pathname);

/** @returns {{src: URL, attribute: (name: string) => string | undefined, has: (name: string) => boolean}[]} in their order */
export function tags_in(html, url) {
  const shown = html.replace(/<!--.*?-->/gs, '');
  return [...shown.matchAll(/<script\b[^>]*>/gi)].flatMap(([tag]) => {
    const written = attribute(tag, 'src');
    if (!written || !URL.canParse(written, url)) return [];
    const src = new URL(written, url);
    if (!/^https?:$/.test(src.protocol) || !is_tag_file(src)) return [];
    return [
      {
        src,
        attribute: (name) => attribute(tag, name),
        has: (name) => new RegExp(`\\s${name}(?=[\\s=>/])`, 'i').test(tag),
      },
    ];
  });
}
