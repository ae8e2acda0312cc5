// Brings a page of a shop into one of the states (states.mjs), with a proxy of its own for the state's fault.
import { watch_page } from '../rig/browsers/browser.mjs';
import { open_proxy, open_shop } from '../rig/stage.mjs';
import { open_widget, part, until_ready } from '../rig/widget.mjs';

/**
 * @param {object} stage defers what must be closed
 * @param {{gateway: object, browser: object}} parts
 * @param {object} state of states.mjs
 * @param {{form?: object, shop_of?: (proxy: object, tag: object) => Promise<{url: string}>}} options another shop than the plain one
 */
export async function reach_state(stage, { gateway, browser }, state, { form = {}, shop_of } = {}) {
  const proxy = await open_proxy(stage, gateway);
  if (state.fault) proxy.always(state.fault);
  const tag = { idempotency: 'on', ...state.tag };
  const shop = shop_of ? await shop_of(proxy, tag) : await open_shop(stage, { gateway, proxy, tag });
  // Nothing moves, so that a look at the page is a look at its end.
  const context = await browser.new_context({ reducedMotion: 'reduce', colorScheme: 'light', ...form });
  stage.defer(() => context.close());
  const page = watch_page(await context.newPage());
  await page.goto(shop.url);
  if (state.closed) {
    await part(page, 'launcher').waitFor();
  } else {
    await open_widget(page);
    await until_ready(page);
  }
  await state.reach?.(page, context);
  return page;
}
