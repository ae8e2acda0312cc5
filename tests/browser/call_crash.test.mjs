// The thread of a call dies in the middle of it, in real Chromium: the call goes on by another one. A worker can die with a word (what
// it runs fails) and without (the browser ends it); a worklet, where no worker is allowed, fails in what it is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launch_browser, watch_page } from '../rig/browsers/browser.mjs';
import { sound_of, watch_microphones } from '../rig/pages/engine_page.mjs';
import { as_shopper } from '../rig/shopper.mjs';
import { silent_microphone } from '../rig/sound/silence.mjs';
import { open_gateway, open_shop } from '../rig/stage.mjs';
import { needs_browser, stage_of } from '../rig/suite.mjs';
import { until } from '../rig/widget.mjs';

const args = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', silent_microphone()];

/** The session's node, for a test that makes it fail. */
const keep_nodes = (page) =>
  page.addInitScript(() => {
    window.__nodes = [];
    window.AudioWorkletNode = class extends window.AudioWorkletNode {
      constructor(...given) {
        super(...given);
        window.__nodes.push(this);
      }
    };
  });

const deaths = {
  'a worker that fails': {
    die: (page) =>
      page
        .workers()
        .at(-1)
        .evaluate(() => {
          setTimeout(() => {
            throw new WebAssembly.RuntimeError('unreachable');
          });
        }),
  },
  'a worker that is ended without a word': {
    die: (page) =>
      page
        .workers()
        .at(-1)
        .evaluate(() => self.close()),
  },
  'a worklet that fails': {
    tag: { 'worker-url': 'none' },
    // There is no other way into a worklet: an address that is none.
    die: (page) => page.evaluate(() => window.__nodes.at(-1).port.postMessage({ is: 'connect' })),
  },
};

for (const [name, { die, tag }] of Object.entries(deaths)) {
  test(
    `${name}: the call goes on, twice in a minute; then it says so and has one button`,
    { ...needs_browser, timeout: 180_000 },
    async (t) => {
      const stage = stage_of(t);
      const gateway = await open_gateway(stage, {
        logLevel: 'info',
        voiceGreeting: 'Hello!',
        streamPaceMs: 0,
      });
      const browser = await launch_browser({ args });
      stage.defer(browser.close);
      const shop = await open_shop(stage, {
        gateway,
        tag: { backend: 'shopbell', voice: 'shopbell', ...tag },
      });
      const page = watch_page(await (await browser.new_context()).newPage());
      page.click_at = (x, y) => page.mouse.click(x, y);
      await watch_microphones(page);
      await keep_nodes(page);
      await page.goto(shop.url);
      const shopper = as_shopper(page);
      const happened = async () =>
        (await gateway.calls()).map(({ what }) => what).filter((what) => what.startsWith('call '));

      await shopper.open();
      await shopper.click('mic');
      await shopper.until_live();
      await shopper.click('mute');
      await shopper.until_call('muted', ({ muted }) => muted);
      const expected = ['call joined'];
      for (const round of [1, 2]) {
        await die(page);
        expected.push('call parked', 'call resumed');
        await until(`the call is back, ${round}`, async () => (await happened()).length >= expected.length, {
          timeout_ms: 30_000,
          seen: async () => [await happened(), await shopper.call(), page.console_lines.slice(-5)],
        });
        assert.equal((await shopper.until_live()).muted, true, 'muted as it was');
        assert.deepEqual(await happened(), expected, 'parked, not ended, and no socket left behind');
        await until('one microphone and one sound', async () => {
          const { tracks, contexts } = await sound_of(page);
          const alive = (states, as) => states.filter((state) => state === as).length === 1;
          return alive(tracks, 'live') && alive(contexts, 'running');
        });
        assert.ok(page.workers().length <= 1, 'one worker');
      }

      await die(page);
      const failed = await shopper.until_call('failed', ({ state }) => state === 'failed', {
        timeout_ms: 30_000,
      });
      assert.ok(failed.note, 'it says why');
      assert.ok(
        (await sound_of(page)).tracks.every((state) => state === 'ended'),
        'the microphone is off',
      );
      await until('the server was left too', async () => (await happened()).at(-1) === 'call parked');
      await shopper.click('again');
      await shopper.until_live();
    },
  );
}
