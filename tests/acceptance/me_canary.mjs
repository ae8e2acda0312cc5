// ME-8: a version for a tenth of the browsers first, then for half of them, then taken back, then for everybody.
//
// Here every browser is a profile of its own in the real Chromium, which draws its own place: so that the whole way from `promote` to the page
// works, that it is the same version at each load and in each tab, and that the number of canaries is a likely one. That a share is what it
// says to a hair is shown over 20,000 browsers by tests/node/share.test.mjs; what may go wrong beside it by tests/release/canary.test.mjs.
import { rollback } from '../../tools/release/rollback.mjs';
import { open_canary_stage } from '../release/canary_stage.mjs';
import { in_lanes, moving_tag } from '../release/stage.mjs';
import { ran } from '../release/versions.mjs';
import { require_parts } from '../rig/stage.mjs';

const short = process.env.SHOPBELL_SHORT === '1';
// So that hardly any run has no browser at all in the first share.
const [browsers, first_share] = short ? [32, 25] : [120, 10];
const [stable, canary] = ['1.1.0', '1.2.0'];
// Of how many runs one may fail although all is well.
const luck = 1e-5;

/** Of `n` draws with `share` in 100: the fewest and the most that are not too unlikely. */
function likely(n, share) {
  const p = share / 100;
  let chance = (1 - p) ** n;
  const chances = Array.from({ length: n + 1 }, (_, k) => {
    const here = chance;
    chance *= ((n - k) / (k + 1)) * (p / (1 - p));
    return here;
  });
  const outside = (list) => {
    let sum = 0;
    return list.findIndex((one) => (sum += one) > luck / 2);
  };
  return { min: outside(chances), max: n - outside(chances.toReversed()) };
}

function assert_likely(t, count, share) {
  const { min, max } = likely(browsers, share);
  t.log(`${share} %: ${count} of ${browsers} browsers (${min} to ${max})`);
  t.assert.ok(count >= min && count <= max, `a share of ${share}: ${count} of ${browsers}`);
}

/** What the chat loads by itself on an idle page: enough to see its version. */
async function version_of(shop, page) {
  await page.goto(`${shop.url}/idle`);
  await page.waitForFunction(() => globalThis.shopbell_ran?.some((line) => line.includes('web/app.ts')));
  return (await ran(page)).versions.join(' and ');
}

/** A share of browsers that grows, is taken back, and becomes everybody. */
async function shares(t, parts) {
  await parts.share(canary, first_share);
  const all = [];
  for (let i = 0; i < browsers; i += 1)
    all.push({ context: await parts.browser.new_context(), versions: [] });
  const load = (some) =>
    in_lanes(some, async (one) => {
      const page = await one.context.newPage();
      one.versions.push(await version_of(parts.shop, page));
      await page.close();
    });
  const with_canary = () => all.filter(({ versions }) => versions.at(-1) === canary);

  await load(all);
  const first = with_canary();
  for (const { versions } of all) t.assert.ok([stable, canary].includes(versions[0]), versions[0]);
  assert_likely(t, first.length, first_share);

  // At each load and in two tabs at once.
  const others = all.filter((one) => !first.includes(one));
  const watched = [...first, ...others.slice(0, 12)];
  await in_lanes(watched, async ({ context, versions }) => {
    const tabs = [await context.newPage(), await context.newPage()];
    for (let round = 0; round < 2; round += 1)
      for (const seen of await Promise.all(tabs.map((tab) => version_of(parts.shop, tab))))
        t.assert.equal(seen, versions[0], 'another version than at the first load');
    for (const tab of tabs) await tab.close();
  });

  await parts.share(canary, 50);
  await load(all);
  const grown = with_canary();
  for (const one of first) t.assert.equal(one.versions.at(-1), canary, 'the early ones keep it');
  assert_likely(t, grown.length, 50);

  await rollback(parts.to);
  await load(grown);
  t.assert.equal(with_canary().length, 0, 'after the rollback nobody has it');

  await parts.share(canary, first_share);
  await parts.promote(canary);
  const some = [...first.slice(0, 4), ...others.slice(0, 4)];
  await load(some);
  for (const one of some) t.assert.equal(one.versions.at(-1), canary, 'for everybody');
}

/** What browsers on either side say, over HTTP and over a socket, is counted for the version that each has. */
async function figures(t, parts) {
  await parts.share(canary, 50);
  const sides = { [canary]: [1, 20, 49], [stable]: [50, 99] };
  for (const [version, places] of Object.entries(sides))
    await in_lanes(places, async (place) => {
      const context = await parts.browser_at(place);
      for (const path of ['/', '/socket'])
        t.assert.equal(await parts.version_in(context, { path, words: 'do you have a lamp' }), version);
      await context.close();
    });
  const none = { refused: 0, failed: 0, calls: 0 };
  const of = ({ length }) => ({ ...none, conversations: 2 * length, messages: 2 * length });
  const expected = Object.fromEntries(
    Object.entries(sides).map(([version, places]) => [version, of(places)]),
  );
  t.assert.deepEqual(await parts.figures(), expected, 'figures by version');
  const metrics = await (await fetch(`${parts.gateway.url}/metrics`)).text();
  for (const [version, { messages }] of Object.entries(expected))
    for (const line of [
      `shopbell_widget_conversations_total{version="${version}"} ${messages}`,
      `shopbell_widget_messages_total{version="${version}"} ${messages}`,
      `shopbell_widget_errors_total{version="${version}",what="refused"} 0`,
      `shopbell_widget_errors_total{version="${version}",what="failed"} 0`,
      `shopbell_widget_calls_total{version="${version}"} 0`,
    ])
      t.assert.ok(metrics.split('\n').includes(line), line);
}

async function canary_first(t) {
  await require_parts(t);
  const parts = await open_canary_stage(t, ['1.0.0', stable, canary], {
    pages: {
      '/idle': moving_tag('', 'data-preload="idle"'),
      '/socket': moving_tag('', 'data-backend="shopbell"'),
    },
  });
  await parts.promote('1.0.0');
  await parts.promote(stable);
  const wanted = process.env.SHOPBELL_CASE ?? '';
  if ('figures'.includes(wanted)) await figures(t, parts);
  if ('shares'.includes(wanted)) await shares(t, parts);
}

export const rows = { 'ME-8': { limit_s: 600, run: canary_first } };
