// TZ-T6: every way a server can fail, with idempotency keys and without.
//
// Each case is one shopper with own storage, proxy and shop. The shopper says one text into the fault, then the case
// says how that text may stand afterwards, then a second text must be answered: a failure never ends the conversation.
// What the gateway can do by its settings it does itself; the fault proxy makes the rest. Cases run side by side,
// because the longest of them waits out 30 s of silence and a minute of rate limit.
import {
  new_shopper,
  open_browser,
  open_gateway,
  open_proxy,
  open_shop,
  require_parts,
} from '../rig/stage.mjs';
import { say } from '../rig/widget.mjs';
import { in_browsers } from './in_browsers.mjs';
import { cases } from './failures/cases.mjs';
import { first_text, row_of, until_reply_to } from './failures/expect.mjs';

const second_text = 'and a floor lamp';
const takes_long = (one) => /429 of the gateway|silence/.test(one.name);

async function run_case(t, browser, shared_gateway, one, idempotency) {
  const where = `${one.name} (idempotency ${idempotency ?? 'off'})`;
  const gateway = one.gateway ? await open_gateway(t, one.gateway) : shared_gateway;
  const proxy = await open_proxy(t, gateway, one.proxy);
  const shop = await open_shop(t, { gateway, proxy, tag: { idempotency, ...one.tag } });
  const page = await new_shopper(browser, shop);
  try {
    if (one.before) {
      await one.before(page);
      proxy.posts.length = 0;
    }
    if (one.fault) proxy.plan(one.fault);
    await say(page, first_text);
    const check = one.both ?? (idempotency === 'on' ? one.on : one.off);
    await check({ t, page, proxy, gateway, where, idempotency });
    if (one.keeps_row !== false)
      t.assert.ok(await row_of(page, first_text), `${where}: what was typed is still there`);
    if (one.then !== false) {
      await say(page, one.second ?? second_text);
      await until_reply_to(page, one.second ?? second_text, 15_000);
    }
    t.assert.deepEqual(page.page_errors, [], `${where}: errors of the page`);
  } catch (error) {
    error.message = `${where}: ${error.message}`;
    throw error;
  } finally {
    await page.context().close();
  }
}

export const rows = {
  'TZ-T6': in_browsers({
    limit_s: 600,
    async run(t) {
      await require_parts(t);
      const gateway = await open_gateway(t);
      const browser = await open_browser(t);
      // For work on one failure: SHOPBELL_CASE is a part of its name.
      const wanted = cases.filter((one) => one.name.includes(process.env.SHOPBELL_CASE ?? ''));
      t.assert.ok(wanted.length > 0, 'no case has such a name');
      const queue = wanted.flatMap((one) =>
        ['on', undefined]
          .filter((mode) => one.both ?? one[mode ?? 'off'])
          .map((idempotency) => [one, idempotency]),
      );
      // The longest first, so that they do not stand alone at the end.
      queue.sort(([a], [b]) => takes_long(b) - takes_long(a));
      const failures = [];
      const worker = async () => {
        for (let next = queue.shift(); next && !t.signal.aborted; next = queue.shift()) {
          const [one, idempotency] = next;
          try {
            await run_case(t, browser, gateway, one, idempotency);
            t.log(`ok: ${one.name} (idempotency ${idempotency ?? 'off'})`);
          } catch (error) {
            t.log(`FAILED: ${error.message}`);
            failures.push(error.message);
          }
        }
      };
      await Promise.all(Array.from({ length: t.browser.side_by_side }, worker));
      t.assert.equal(failures.length, 0, `${failures.length} cases failed: ${failures.join(' || ')}`);
    },
  }),
};
