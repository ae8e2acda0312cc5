// What `npm start` builds is all that a page of the demo loads: text by both back ends, Markdown and a call, from a folder with nothing else.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { demo_files } from '../../tools/build.mjs';
import { dist_folder } from '../../tools/lib/paths.mjs';
import { launch_browser, watch_page } from '../rig/browsers/browser.mjs';
import { as_shopper } from '../rig/shopper.mjs';
import { silent_microphone } from '../rig/sound/silence.mjs';
import { open_gateway, open_shop } from '../rig/stage.mjs';
import { needs_browser, stage_of } from '../rig/suite.mjs';
import { open_widget, say, until_answered } from '../rig/widget.mjs';

const microphone = [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  silent_microphone(),
];

test('the demo needs no file that npm start does not build', needs_browser, async (t) => {
  const stage = stage_of(t);
  const filesDir = mkdtempSync(join(tmpdir(), 'shopbell-demo-'));
  stage.defer(() => rmSync(filesDir, { recursive: true }));
  for (const name of demo_files) copyFileSync(join(dist_folder, name), join(filesDir, name));
  const gateway = await open_gateway(stage, { filesDir });
  const browser = await launch_browser({ args: microphone });
  stage.defer(browser.close);
  for (const tag of [{ idempotency: 'on' }, { backend: 'shopbell', voice: 'shopbell' }]) {
    const shop = await open_shop(stage, { gateway, tag });
    const context = await browser.new_context();
    const page = watch_page(await context.newPage());
    const missing = [];
    page.on('response', (response) => response.status() >= 400 && missing.push(response.url()));
    await page.goto(shop.url);
    await open_widget(page);
    await say(page, 'do you have a lamp');
    await until_answered(page, 1);
    if (tag.voice) {
      page.click_at = (x, y) => page.mouse.click(x, y);
      const shopper = as_shopper(page);
      await shopper.click('mic');
      await shopper.until_live();
      await shopper.until_said('agent', 'How can I help');
    }
    assert.deepEqual(
      missing.filter((url) => url.startsWith(gateway.url)),
      [],
    );
    await context.close();
  }
});
