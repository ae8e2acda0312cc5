// A page that is left and comes back by the back-forward cache: nothing of ours keeps it out, its socket was closed politely, and the
// conversation goes on. Driven by puppeteer: playwright loses a page that is restored.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromium_path } from '../rig/browsers/browser.mjs';
import { new_shopper, open_browser, open_gateway, open_shop } from '../rig/stage.mjs';
import { needs_browser, stage_of } from '../rig/suite.mjs';
import { start_tcp_proxy } from '../rig/network/tcp_proxy.mjs';
import { read_rows, until, until_ready } from '../rig/widget.mjs';

const in_widget = (page, read) =>
  page.evaluate(`(${read})(document.querySelector('shopbell-widget').shadowRoot)`);
const rows = (page) =>
  in_widget(page, (root) =>
    [...root.querySelectorAll('[data-row]')].map(({ dataset, textContent }) => [
      dataset.author,
      dataset.state,
      textContent,
    ]),
  );
const until_sent = (page, text) =>
  until(
    `"${text}" is sent`,
    async () =>
      (await rows(page)).some(
        ([author, state, said]) => author === 'self' && state === 'sent' && said.includes(text),
      ),
    { seen: () => rows(page) },
  );

test('back from the back-forward cache the conversation goes on', needs_browser, async (t) => {
  const stage = stage_of(t);
  const gateway = await open_gateway(stage, { logLevel: 'info' });
  const shop = await open_shop(stage, {
    gateway,
    tag: { backend: 'shopbell' },
    // The rig's own pages are never stored, which keeps them out by itself.
    headers: { 'cache-control': 'max-age=60' },
  });
  const { launch } = await import('puppeteer-core');
  const browser = await launch({
    executablePath: chromium_path(),
    args: ['--no-sandbox', '--enable-features=BackForwardCache'],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  stage.defer(() => browser.close());
  const page = await browser.newPage();
  await page.goto(shop.url);
  await page.evaluate(() => {
    window.__left = 0;
    addEventListener('pageshow', ({ persisted }) => (window.__left += persisted ? 1 : 0));
    const shopbell = window.Shopbell.init();
    shopbell.open();
    shopbell.send('before it is left');
  });
  await until_sent(page, 'before it is left');

  await page.goto(`${shop.url}/empty`);
  await until('the socket is closed', () => /session left/.test(gateway.output()));
  await page.goBack();
  const reasons = await page.evaluate(
    () => performance.getEntriesByType('navigation')[0].notRestoredReasons?.reasons ?? null,
  );
  assert.equal(reasons, null, `kept out by ${JSON.stringify(reasons)}`);
  assert.equal(await page.evaluate(() => window.__left), 1, 'it is the page that was left');
  await page.evaluate(() => window.Shopbell.init().send('after it came back'));
  await until_sent(page, 'after it came back');
  const own = (await rows(page)).filter(([author]) => author === 'self').map(([, , text]) => text);
  assert.equal(own.length, 2, `each message once: ${own}`);
  assert.doesNotMatch(gateway.output(), /Replacing existing/, 'nobody had to be replaced');
});

test(
  'what waits behind a closed panel goes out on the next page, which shows no panel',
  needs_browser,
  async (t) => {
    const stage = stage_of(t);
    const gateway = await open_gateway(stage);
    const network = await start_tcp_proxy(gateway.port);
    stage.defer(network.close);
    const files = await open_gateway(stage);
    const shop = await open_shop(stage, { gateway: files, proxy: network, tag: { backend: 'shopbell' } });
    const page = await new_shopper(await open_browser(stage), shop);
    await until_ready(page);
    network.freeze();
    await page.evaluate(() => {
      const shopbell = window.Shopbell.init();
      shopbell.send('said before the page was left');
      shopbell.close();
    });
    const left = () => page.evaluate(() => sessionStorage.getItem('shopbell.1.open'));
    await until('it is noted', async () => (await left()) === '2');
    await page.reload();
    network.thaw();
    const own = async () =>
      (await read_rows(page)).filter(({ author }) => author === 'self').map(({ state }) => state);
    await until('it is sent', async () => (await own()).join() === 'sent');
    assert.equal(await page.locator('shopbell-widget').getByRole('dialog').isVisible(), false);
    await page.reload();
    await page.waitForTimeout(500);
    assert.equal(await left(), null, 'nothing waits any more');
  },
);
