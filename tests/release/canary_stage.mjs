// What the tests of canaries share: a shop on one origin, so that a browser is the same one at each page load, and which version runs there.
import { promote } from '../../tools/release/promote.mjs';
import { watch_page } from '../rig/browsers/browser.mjs';
import { shop_html, start_shop } from '../rig/pages/shop_page.mjs';
import { open_widget, say, until_answered, until_ready } from '../rig/widget.mjs';
import { moving_tag, open_releases } from './stage.mjs';
import { ran } from './versions.mjs';

/** Where a browser keeps its place among a hundred (web/tag/share.ts). */
export const stored_place = 'shopbell.place';

/** `pages`: further ones of the shop by path, each `(site, api) => tag`; `site`: where the files come from, if not from the gateway. */
export async function open_canary_stage(stage, names, { pages = {}, site, ...options } = {}) {
  const parts = await open_releases(stage, names, options);
  const { gateway, from, to } = parts;
  const tags = { '/': moving_tag(), ...pages };
  const html_of = (tag) => () => ({ html: shop_html(tag(site?.(gateway) ?? gateway.url, gateway.url)) });
  const shop = await start_shop({
    ...Object.fromEntries(Object.entries(tags).map(([path, tag]) => [path, html_of(tag)])),
    '/empty': { html: '<!doctype html><title>Empty</title>' },
  });
  stage.defer(shop.close);

  const see = async (page) => {
    await open_widget(page);
    await until_ready(page);
    return ran(page);
  };
  /** Loads a page in that browser. @returns {Promise<string>} the version that runs there; throws where that is not one */
  const version_in = async (context, { path = '/', words, before } = {}) => {
    const page = watch_page(await context.newPage());
    await before?.(page);
    await page.goto(`${shop.url}${path}`);
    const { versions } = await see(page);
    if (words) {
      await say(page, words);
      await until_answered(page, 1);
    }
    const errors = page.page_errors;
    await page.close();
    if (versions.length !== 1 || errors.length > 0)
      throw new Error(`one version and no errors: ${versions}; ${errors}`);
    return versions[0];
  };
  /** A browser that has drawn this place already. */
  const browser_at = async (place) => {
    const context = await parts.browser.new_context();
    const page = await context.newPage();
    await page.goto(`${shop.url}/empty`);
    await page.evaluate(([key, value]) => localStorage.setItem(key, value), [stored_place, String(place)]);
    await page.close();
    return context;
  };
  return {
    ...parts,
    shop,
    see,
    version_in,
    browser_at,
    share: (version, share) => promote(version, { to, from, share }),
    /** By version, as the gateway counts them. */
    figures: async () => (await (await fetch(`${gateway.url}/status`)).json()).versions,
  };
}
