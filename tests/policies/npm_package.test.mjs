// The npm package under the strictest policy, Trusted Types among it: it loads the version that it is of, with its hash, and a call's worker
// starts beside it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open_releases } from '../release/stage.mjs';
import { launch_browser } from '../rig/browsers/browser.mjs';
import { silent_microphone } from '../rig/sound/silence.mjs';
import { needs_browser, stage_of } from '../rig/suite.mjs';
import { open_widget, say, until_answered } from '../rig/widget.mjs';
import { open_strict_page } from './strict_shop.mjs';

const microphone = [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  silent_microphone(),
];

const shop_script = (site) => `<script type="module">
  import { init } from '${site}/1.0.0/npm/index.js';
  init({ site: '${site}', apiKey: 'demo', backend: 'shopbell', voice: 'shopbell' });
</script>`;

test(
  'the npm package holds a conversation and a call under nonces and Trusted Types',
  needs_browser,
  async (t) => {
    const stage = stage_of(t);
    const launch = () => launch_browser({ args: microphone });
    const { gateway, browser, promote } = await open_releases(stage, ['1.0.0'], { launch });
    await promote('1.0.0');
    const { page, shopper, violations } = await open_strict_page(stage, {
      ...{ browser, gateway, policy: 'NP' },
      element: shop_script(gateway.url),
    });
    await open_widget(page);
    await say(page, 'hello');
    await until_answered(page, 1);
    await shopper.click('mic');
    await shopper.until_live();
    assert.deepEqual(await violations(), []);
    assert.deepEqual(page.page_errors, []);
    const tags = await page.$$eval('script[integrity]', (scripts) =>
      scripts.map(({ src }) => src.split('#')[0]),
    );
    assert.deepEqual(tags, [`${gateway.url}/1.0.0/shopbell.js`]);
  },
);
