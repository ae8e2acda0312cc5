// Calls of the whole widget in real Chromium against the real gateway: what a shopper presses, sees and keeps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bring_axe, findings_of } from '../rig/browsers/axe.mjs';
import { launch_browser, watch_page } from '../rig/browsers/browser.mjs';
import { sound_of, watch_microphones } from '../rig/pages/engine_page.mjs';
import { as_shopper } from '../rig/shopper.mjs';
import { silent_microphone } from '../rig/sound/silence.mjs';
import { open_shop } from '../rig/stage.mjs';
import { needs_browser, shared_parts, stage_of } from '../rig/suite.mjs';
import { voice_uses, watch_voice } from '../rig/pages/voice_watch.mjs';
import { part, read_rows, say, sleep, until, until_answered } from '../rig/widget.mjs';

const greeting = 'Hello! How can I help you today?';
const fake_device = '--use-fake-device-for-media-stream';
const allow = '--use-fake-ui-for-media-stream';
const silent = silent_microphone();
const parts = shared_parts(
  { logLevel: 'info', voiceGreeting: greeting, streamPaceMs: 0 },
  { args: [fake_device, allow, silent] },
);

async function open_page(t, { args, watch = watch_microphones, tag, context: form } = {}) {
  const stage = stage_of(t);
  const { gateway, browser: shared } = await parts();
  let browser = shared;
  if (args) {
    browser = await launch_browser({ args });
    stage.defer(browser.close);
  }
  const shop = await open_shop(stage, { gateway, tag: { backend: 'shopbell', voice: 'shopbell', ...tag } });
  const context = await browser.new_context({ reducedMotion: 'reduce', ...form });
  stage.defer(() => context.close());
  const page = Object.assign(watch_page(await context.newPage()), { gateway });
  page.click_at = (x, y) => page.mouse.click(x, y);
  await watch(page);
  await page.goto(shop.url);
  const shopper = as_shopper(page);
  await shopper.open();
  return { page, shopper, gateway };
}

const voice_files = (page) =>
  page.requests
    .map(({ url }) => new URL(url).pathname)
    .filter((path) => path.startsWith('/voice') || path === '/shopbell/v1/voice');

test('nothing of voice is asked for or touched before the first press', needs_browser, async (t) => {
  const { page, shopper } = await open_page(t, { watch: watch_voice });
  await say(page, 'hello');
  await until_answered(page, 1);
  assert.deepEqual(voice_files(page), []);
  // The conversation's own socket is no part of voice.
  const touched = async () => (await voice_uses(page)).filter((use) => use !== 'new WebSocket');
  assert.deepEqual(await touched(), []);
  await shopper.click('mic');
  await shopper.until_live();
  // What a worklet loads is in no page's log.
  assert.deepEqual(voice_files(page).toSorted(), ['/voice-worker.js', '/voice.js', '/voice.wasm']);
  assert.ok((await touched()).includes('getUserMedia'));
});

test('a call: greeting, mute, typing meanwhile, hanging up', needs_browser, async (t) => {
  const { page, shopper } = await open_page(t);
  await shopper.click('mic');
  await shopper.until_live();
  await shopper.until_said('agent', greeting);
  await shopper.until_call('the agent speaks', ({ agent }) => agent === 'speaking');
  await shopper.until_call('the agent listens', ({ agent }) => agent === 'listening');

  await shopper.click('mute');
  const muted = await shopper.until_call('muted', (call) => call.muted);
  assert.equal(muted.title, 'You are muted');
  assert.deepEqual((await sound_of(page)).enabled, [false]);
  await shopper.click('mute');
  await shopper.until_call('heard again', (call) => !call.muted);
  assert.deepEqual((await sound_of(page)).enabled, [true]);

  // Typing does not end the call, and its answer is a row like any other.
  await say(page, 'hello');
  await until(
    'an answer',
    async () => (await read_rows(page)).filter((row) => row.author === 'agent').length >= 2,
  );
  assert.equal((await shopper.call()).state, 'live');

  await shopper.click('hang-up');
  const pressed_ms = Date.now();
  await until('the microphone is off', async () => (await sound_of(page)).tracks.join() === 'ended');
  assert.ok(Date.now() - pressed_ms < 1_000, 'within a second');
  await until('the sound is let go', async () => (await sound_of(page)).contexts.join() === 'closed');
  await shopper.until_call('away', ({ state }) => state === 'idle');
  assert.ok(await shopper.is_shown('mic'));
  assert.ok(
    (await read_rows(page)).some((row) => row.text.includes(greeting)),
    'the conversation stays',
  );
  assert.deepEqual(page.page_errors, []);
});

test('a call after a call, and five quick presses that are one call', needs_browser, async (t) => {
  const { page, shopper } = await open_page(t);
  for (let call = 0; call < 2; call += 1) {
    await shopper.click('mic');
    await page.evaluate(() => {
      const mic = document.querySelector('shopbell-widget').shadowRoot.querySelector('[part=mic]');
      for (let i = 0; i < 4; i += 1) mic.click();
    });
    await shopper.until_live();
    assert.equal((await sound_of(page)).tracks.filter((state) => state === 'live').length, 1);
    await shopper.click('hang-up');
    await shopper.until_call('away', ({ state }) => state === 'idle');
  }
  assert.deepEqual((await sound_of(page)).tracks, ['ended', 'ended']);
});

const refusals = {
  denied: { args: [fake_device, `${allow}=deny`], note: 'The microphone is blocked.' },
  missing: { args: [allow], note: 'No microphone was found.' },
};
for (const [name, { args, note }] of Object.entries(refusals)) {
  test(`the microphone is ${name}: the call says so, and writing goes on`, needs_browser, async (t) => {
    const { page, shopper } = await open_page(t, { args });
    await shopper.click('mic');
    const failed = await shopper.until_call('failed', ({ state }) => state === 'failed');
    assert.ok(failed.note.startsWith(note), failed.note);
    await until('the sound is let go', async () => (await sound_of(page)).contexts.join() === 'closed');
    await bring_axe(page);
    assert.deepEqual(await findings_of(page), []);
    await shopper.click('dismiss');
    assert.equal((await shopper.call()).state, 'idle');
    await say(page, 'hello');
    await until_answered(page, 1);
  });
}

test('the panel is closed and opened in a call: it goes on', needs_browser, async (t) => {
  const { page, shopper } = await open_page(t);
  await shopper.click('mic');
  await shopper.until_live();
  await page.keyboard.press('Escape');
  await part(page, 'panel').waitFor({ state: 'hidden' });
  assert.equal((await sound_of(page)).tracks.join(), 'live');
  await shopper.click('launcher');
  assert.equal((await shopper.call()).state, 'live');
});

test('on a dark phone a call has no findings', needs_browser, async (t) => {
  const form = { colorScheme: 'dark', viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
  const { page, shopper } = await open_page(t, { context: form });
  await shopper.click('mic');
  await shopper.until_live();
  await shopper.until_said('agent', greeting);
  await bring_axe(page);
  assert.deepEqual(await findings_of(page), []);
});

test('push-to-talk: sound leaves only while the button is held', needs_browser, async (t) => {
  const { page, shopper } = await open_page(t, { tag: { 'push-to-talk': 'on' } });
  await shopper.click('mic');
  await shopper.until_live();
  await shopper.until_call('the agent speaks', ({ agent }) => agent === 'speaking');
  await shopper.until_call('the agent listens', ({ agent }) => agent === 'listening');
  const sent = () => page.workers()[0].evaluate(() => self.shopbell_voice.frames_sent);
  assert.equal(await sent(), 0);
  await part(page, 'talk').hover();
  await page.mouse.down();
  await until('sound leaves', async () => (await sent()) >= 10);
  await page.mouse.up();
  await sleep(300);
  const at_release = await sent();
  await sleep(500);
  assert.equal(await sent(), at_release);
});

test('a page that ends takes its call along', needs_browser, async (t) => {
  const { page, shopper, gateway } = await open_page(t);
  await shopper.click('mic');
  await shopper.until_live();
  const parted = () => (gateway.output().match(/"msg":"call (left|parked)"/g) ?? []).length;
  const before = parted();
  await page.goto('about:blank');
  await until('the gateway notices', () => parted() > before, { timeout_ms: 2_000 });
});
