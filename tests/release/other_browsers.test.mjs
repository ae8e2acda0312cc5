// A damaged script and a damaged core in Firefox ESR and WebKitGTK: each browser has its own way to check a module's hash before it is
// imported. The damaged script would run: nothing but its hash tells. Part of the long form, as all of those browsers.
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gateway_missing } from '../rig/gateway.mjs';
import { shop_html, start_shop } from '../rig/pages/shop_page.mjs';
import { stage_of } from '../rig/suite.mjs';
import { text_browsers } from '../rig/browsers/text_browsers.mjs';
import { converse, moving_tag, open_releases, said } from './stage.mjs';
import { ran } from './versions.mjs';

const damages = {
  'app.js': (file) => appendFileSync(file, ';globalThis.shopbell_ran.push("damaged app.js");'),
  'core.wasm': (file) => {
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(file, bytes);
  },
};

/** Damages a file as it lies there, and what is served in its place to whom takes it compressed. */
function damage(folder, name) {
  const [stem, ending] = name.split('.');
  const of_it = readdirSync(folder).filter(
    (file) => file.startsWith(`${stem}.`) && file.includes(`.${ending}`),
  );
  for (const file of of_it) {
    if (file.endsWith(`.${ending}`)) damages[name](join(folder, file));
    else if (!file.endsWith('.map')) rmSync(join(folder, file));
  }
}

const long = process.env.SHOPBELL_LONG === '1';
for (const name of long ? ['firefox', 'webkit'] : []) {
  const { missing, launch } = text_browsers[name];
  for (const file of Object.keys(damages))
    test(
      `${name}: ${file} is damaged: the last good version runs`,
      { skip: (await missing()) ?? gateway_missing() ?? false, timeout: 120_000 },
      async (t) => {
        const stage = stage_of(t);
        const parts = await open_releases(stage, ['1.0.0', '1.1.0'], { launch });
        await parts.promote('1.0.0');
        await parts.promote('1.1.0');
        damage(join(parts.to, '1.1.0'), file);
        const { url: site } = parts.gateway;
        const shop = await start_shop({ '/': { html: shop_html(moving_tag()(site, site)) } });
        stage.defer(shop.close);
        const page = await parts.browser.new_page();
        await page.goto(shop.url);
        await converse(page);
        assert.deepEqual((await ran(page)).versions, ['1.0.0']);
        assert.ok(said(page, 'version 1.1.0 is not all there').length >= 1, 'the console says so');
        assert.deepEqual(page.page_errors, []);
      },
    );
}
