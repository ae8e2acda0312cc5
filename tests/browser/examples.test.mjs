// The examples of docs/examples that run as they are, against the real gateway.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { watch_page } from '../rig/browsers/browser.mjs';
import { start_shop } from '../rig/pages/shop_page.mjs';
import { needs_browser, shared_parts, stage_of } from '../rig/suite.mjs';
import { part, rows_by, until_answered } from '../rig/widget.mjs';

const parts = shared_parts();

const example = (name, site) =>
  readFileSync(new URL(`../../docs/examples/${name}`, import.meta.url), 'utf8')
    .replaceAll('https://chat.example', site)
    .replaceAll('your-key', 'demo');

test(
  "plain.html: a press on the shop's own button is seen to ask, and to be answered",
  needs_browser,
  async (t) => {
    const { gateway, browser } = await parts();
    const stage = stage_of(t);
    const shop = await start_shop({ '/': { html: example('plain.html', gateway.url) } });
    stage.defer(shop.close);
    const context = await browser.new_context();
    stage.defer(() => context.close());
    const page = watch_page(await context.newPage());
    await page.goto(shop.url);
    await page.click('#ask');
    await part(page, 'panel').waitFor({ state: 'visible', timeout: 15_000 });
    await until_answered(page, 1);
    assert.deepEqual(
      (await rows_by(page, 'self')).map(({ text }) => text),
      ['Is the desk lamp in stock?'],
    );
    assert.deepEqual(page.page_errors, []);
  },
);
