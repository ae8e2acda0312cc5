// The voice engine in real Chromium, against the real gateway; the core is a script (rig/pages/engine_page.ts). The three ways of starting,
// every answer about the microphone, devices, and what is let go when.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launch_browser, watch_page } from '../rig/browsers/browser.mjs';
import {
  carry_out,
  engine_said,
  open_engine_shop,
  press_microphone,
  show_call,
  sound_of,
  until_engine,
  watch_microphones,
  way_of,
} from '../rig/pages/engine_page.mjs';
import { silent_microphone } from '../rig/sound/silence.mjs';
import { needs_browser, shared_parts, stage_of } from '../rig/suite.mjs';
import { sleep, until } from '../rig/widget.mjs';

const fake_device = '--use-fake-device-for-media-stream=device-count=3';
const allow = '--use-fake-ui-for-media-stream';
const silent = silent_microphone();
const parts = shared_parts({ logLevel: 'info' }, { args: [fake_device, allow, silent] });

async function open_page(t, { args, permissions, script, ...shop_options } = {}) {
  const stage = stage_of(t);
  const { gateway, browser: shared } = await parts();
  let browser = shared;
  if (args) {
    browser = await launch_browser({ args });
    stage.defer(browser.close);
  }
  const shop = await open_engine_shop(stage, { gateway, ...shop_options });
  const context = await browser.new_context({ reducedMotion: 'reduce', ...(permissions && { permissions }) });
  stage.defer(() => context.close());
  const page = watch_page(await context.newPage());
  await watch_microphones(page);
  if (script) await page.addInitScript(script);
  await page.goto(shop.url);
  return { page, shop, gateway, context };
}

/** The calls' lines of the gateway's log, of one call of this file each. */
const calls_left = (gateway) => (gateway.output().match(/"msg":"call left"/g) ?? []).length;

const ways = {
  own: { own_worker: true },
  blob: {},
  worklet: { headers: { 'content-security-policy': "worker-src 'none'" } },
};

for (const [way, options] of Object.entries(ways)) {
  test(
    `by way of "${way}": the greeting is heard, and hanging up lets go of everything`,
    needs_browser,
    async (t) => {
      const { page, gateway } = await open_page(t, options);
      const left = calls_left(gateway);
      await press_microphone(page);
      await until_engine(page, { type: 'call_engine', state: 'live' });
      assert.equal(way_of(page), way);
      const states = (await engine_said(page, 'call_engine')).map(({ state }) => state);
      assert.deepEqual(states, ['ready', 'live']);
      // The greeting begins and ends: what is played is reported back, or it would never end.
      await until_engine(page, { type: 'call_agent', state: 'speaking' });
      await until_engine(page, { type: 'call_agent', state: 'listening' });
      assert.deepEqual(await sound_of(page), { tracks: ['live'], enabled: [true], contexts: ['running'] });
      await carry_out(page, { type: 'call_mute', muted: true });
      assert.deepEqual((await sound_of(page)).enabled, [false]);
      await carry_out(page, { type: 'call_mute', muted: false });
      assert.deepEqual((await sound_of(page)).enabled, [true]);

      // At once: what Chromium's light shows.
      const { tracks } = await page.evaluate(() => {
        window.engine_rig.carry_out({ type: 'call_close' });
        return { tracks: window.__sound.tracks.map(({ readyState }) => readyState) };
      });
      assert.deepEqual(tracks, ['ended']);
      await until('the sound is let go', async () => (await sound_of(page)).contexts[0] === 'closed', {
        timeout_ms: 1_000,
      });
      await until('the gateway was told', () => calls_left(gateway) > left, { timeout_ms: 1_000 });
      await until('no worker is left', () => page.workers().length === 0, { timeout_ms: 3_000 });
      assert.deepEqual(page.page_errors, []);
    },
  );
}

test('a second call runs too, in a page that has had one', needs_browser, async (t) => {
  const { page } = await open_page(t);
  for (const attempt of [1, 2]) {
    await press_microphone(page);
    await until_engine(page, { type: 'call_engine', attempt, state: 'ready' });
    await carry_out(page, { type: 'call_close' });
  }
  assert.deepEqual((await sound_of(page)).tracks, ['ended', 'ended']);
  const modules = page.requests.filter(({ url }) => url.endsWith('.wasm'));
  assert.equal(modules.length, 1, 'compiled once');
});

const answers = {
  'the shopper says no': { args: [fake_device, `${allow}=deny`], outcome: 'denied' },
  'the page may not ask': { headers: { 'permissions-policy': 'microphone=()' }, outcome: 'denied' },
  'there is no microphone': { args: [allow], outcome: 'missing' },
  // Headless Chromium shows no question that could be closed, and its devices are never busy: the browser's answer is a script here.
  'the question is closed': {
    script: () => {
      MediaDevices.prototype.getUserMedia = async () => {
        throw new DOMException('Permission dismissed', 'NotAllowedError');
      };
      Permissions.prototype.query = async () => ({ state: 'prompt' });
    },
    outcome: 'dismissed',
  },
  'another program has it': {
    script: () => {
      MediaDevices.prototype.getUserMedia = async () => {
        throw new DOMException('Could not start audio source', 'NotReadableError');
      };
    },
    outcome: 'busy',
  },
};
for (const [what, { outcome, ...options }] of Object.entries(answers)) {
  test(`the microphone: ${what}`, needs_browser, async (t) => {
    const { page } = await open_page(t, options);
    await press_microphone(page);
    await until_engine(page, { type: 'call_mic' });
    await carry_out(page, { type: 'call_close' });
    await until('the sound is let go', async () => (await sound_of(page)).contexts[0] === 'closed');
    const [said, ...more] = await engine_said(page, 'call_mic');
    assert.equal(said.outcome, outcome);
    assert.deepEqual(more, []);
    assert.deepEqual(await engine_said(page, 'call_engine'), []);
    assert.deepEqual(page.page_errors, []);
  });
}

test('the microphone: the page has no https', needs_browser, async (t) => {
  const args = [fake_device, allow, '--host-resolver-rules=MAP shop.test 127.0.0.1'];
  const { page, shop } = await open_page(t, { args });
  await page.goto(shop.url.replace('localhost', 'shop.test'));
  await press_microphone(page, { welcome: false });
  assert.equal((await until_engine(page, { type: 'call_mic' })).outcome, 'insecure');
});

test('another microphone and another speaker are picked in the call', needs_browser, async (t) => {
  const { page } = await open_page(t);
  await press_microphone(page);
  await until_engine(page, { type: 'call_engine', state: 'live' });
  await show_call(page, {});
  await page.locator('[part=devices]').click();
  const picked = {};
  for (const kind of ['microphone', 'speaker']) {
    const list = page.locator(`select[data-device=${kind}]`);
    assert.equal(await list.locator('option').count(), 3);
    const before = await list.inputValue();
    await list.selectOption({ index: 2 });
    const { id } = await until_engine(page, { type: 'device_picked', kind });
    assert.notEqual(id, before);
    await carry_out(page, { type: 'call_device', kind, id });
    picked[kind] = id;
  }
  await until('the new microphone', async () => (await sound_of(page)).tracks.join() === 'ended,live');
  const speaker = () => page.evaluate(() => window.__sound.contexts[0].sinkId);
  await until('the new speaker', async () => (await speaker()) === picked.speaker);
  const microphone = await page.evaluate(() => window.__sound.tracks[1].getSettings().deviceId);
  assert.equal(microphone, picked.microphone);
  assert.equal((await engine_said(page, 'call_mic')).length, 1, 'the core has nothing to decide');
});

test('a permission that is taken back in the call is told', needs_browser, async (t) => {
  const { page, context } = await open_page(t, { args: [fake_device], permissions: ['microphone'] });
  await press_microphone(page);
  await until_engine(page, { type: 'call_engine', state: 'live' });
  await context.clearPermissions();
  await until_engine(page, { type: 'call_mic', outcome: 'denied' });
  assert.deepEqual((await sound_of(page)).tracks, ['ended']);
});

test('a microphone that is unplugged is followed by another', needs_browser, async (t) => {
  const { page } = await open_page(t);
  await press_microphone(page);
  await until_engine(page, { type: 'call_engine', state: 'live' });
  // Chromium's fake devices can't be unplugged: their event is a script's here. tests/conversation unplugs one of PulseAudio's.
  await page.evaluate(() => window.__sound.tracks[0].dispatchEvent(new Event('ended')));
  await until('another microphone', async () => (await sound_of(page)).tracks.join() === 'ended,live');
  assert.equal((await engine_said(page, 'call_mic')).length, 1);
});

test('a policy without WebAssembly is given as the reason', needs_browser, async (t) => {
  const { gateway } = await parts();
  const policy = `script-src 'self' ${gateway.url}`;
  const { page } = await open_page(t, { headers: { 'content-security-policy': policy } });
  await press_microphone(page);
  const { state, reason } = await until_engine(page, { type: 'call_engine' });
  assert.deepEqual([state, reason], ['gone', 'refused_by_policy']);
});

test(
  'files that are not there are given as the reason, and the next press tries again',
  needs_browser,
  async (t) => {
    const { page } = await open_page(t);
    await page.route('**/voice.js*', (route) => route.abort());
    await press_microphone(page);
    const { state, reason } = await until_engine(page, { type: 'call_engine', attempt: 1 });
    assert.deepEqual([state, reason], ['gone', 'not_loaded']);
    await until('the microphone is let go', async () => (await sound_of(page)).tracks.join() === 'ended');
    await show_call(page, { state: 'failed', code: 'call_not_loaded' });
    assert.deepEqual(await page.evaluate(() => window.engine_rig.not_drawn), ['call_not_loaded']);
    await page.unroute('**/voice.js*');
    await press_microphone(page);
    await until_engine(page, { type: 'call_engine', attempt: 2, state: 'live' });
  },
);

test('push-to-talk: the button is held by pointer and by the space bar', needs_browser, async (t) => {
  const { page } = await open_page(t);
  await press_microphone(page);
  await until_engine(page, { type: 'call_engine', state: 'ready' });
  await show_call(page, { push_to_talk: true });
  const held = async () => (await engine_said(page, 'talk')).map(({ down }) => down);
  const talk = page.locator('[part=talk]');
  await talk.hover();
  await page.mouse.down();
  await page.mouse.move(5, 5);
  assert.deepEqual(await held(), [true]);
  await page.mouse.up();
  assert.deepEqual(await held(), [true, false]);
  await talk.focus();
  await page.keyboard.down(' ');
  await page.keyboard.down(' ');
  await sleep(50);
  await page.keyboard.up(' ');
  assert.deepEqual(await held(), [true, false, true, false]);
  await page.keyboard.down(' ');
  await page.locator('[part=box]').focus();
  assert.deepEqual(await held(), [true, false, true, false, true, false]);
});
