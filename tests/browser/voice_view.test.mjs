// The call's bar in each of its states, drawn by a script in the core's place (rig/pages/engine_page.ts): axe finds nothing, nothing is cut off,
// the focus goes where the hand is, and a picture of each is in build/screenshots.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bring_axe, findings_of, looks } from '../rig/browsers/axe.mjs';
import { watch_page } from '../rig/browsers/browser.mjs';
import {
  engine_said,
  open_engine_shop,
  press_microphone,
  show_call,
  until_engine,
} from '../rig/pages/engine_page.mjs';
import { layout_of } from '../rig/browsers/layout.mjs';
import { needs_browser, shared_parts, stage_of } from '../rig/suite.mjs';
import { part } from '../rig/widget.mjs';

const folder = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));
const args = ['--use-fake-device-for-media-stream=device-count=3', '--use-fake-ui-for-media-stream'];
const parts = shared_parts({}, { args });

const states = {
  asking: { state: 'asking' },
  connecting: { state: 'connecting' },
  listening: {},
  thinking: { agent: 'thinking' },
  speaking: { agent: 'speaking' },
  muted: { muted: true },
  'push-to-talk': { push_to_talk: true },
  reconnecting: { state: 'reconnecting' },
  'no microphone meanwhile': { state: 'live', code: 'mic_missing' },
  ended: { state: 'ended', code: 'call_ended_by_shop' },
  denied: { state: 'failed', code: 'mic_denied' },
  busy: { state: 'failed', code: 'mic_busy' },
  'not loaded': { state: 'failed', code: 'call_not_loaded' },
};

async function open_call(t) {
  const stage = stage_of(t);
  const { gateway, browser } = await parts();
  const shop = await open_engine_shop(stage, { gateway });
  const context = await browser.new_context({ reducedMotion: 'reduce', colorScheme: 'light' });
  stage.defer(() => context.close());
  const page = watch_page(await context.newPage());
  await page.goto(shop.url);
  await press_microphone(page);
  await until_engine(page, { type: 'call_engine', state: 'ready' });
  return page;
}

async function look_at(page, name) {
  const found = [];
  for (const [look, change] of Object.entries(looks)) {
    await change(page);
    found.push(...(await findings_of(page)).map((line) => `${look}: ${line}`));
    const { cut, scrolls_sideways } = await layout_of(page);
    if (cut.length || scrolls_sideways) found.push(`${look}: cut off: ${cut}`);
    mkdirSync(folder, { recursive: true });
    const file = `call-${name}-${look}.png`.replaceAll(' ', '-');
    writeFileSync(`${folder}${file}`, await page.screenshot());
  }
  await page.setViewportSize({ width: 1280, height: 720 });
  return found;
}

test("the call's bar in each of its states", needs_browser, async (t) => {
  const page = await open_call(t);
  await bring_axe(page);
  const found = [];
  const look = async (name) => found.push(...(await look_at(page, name)).map((line) => `${name}: ${line}`));
  for (const [name, shown] of Object.entries(states)) {
    await show_call(page, shown);
    await look(name);
  }
  await show_call(page, {});
  await part(page, 'devices').click();
  await look('devices');
  assert.deepEqual(found, []);
  assert.deepEqual(page.page_errors, []);
});

const focused = (page) =>
  page.evaluate(() => {
    const { activeElement } = document.querySelector('shopbell-widget').shadowRoot;
    return activeElement?.getAttribute('part') ?? null;
  });

test(
  'the focus follows the buttons that come and go, and stays where somebody types',
  needs_browser,
  async (t) => {
    const page = await open_call(t);
    await part(page, 'mic').focus();
    await show_call(page, { state: 'asking' });
    assert.equal(await focused(page), 'hang-up');
    await show_call(page, {});
    assert.equal(await focused(page), 'hang-up');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    assert.equal(await focused(page), 'mute');
    await page.keyboard.press(' ');
    assert.equal((await engine_said(page, 'mute_pressed')).length, 1);
    await show_call(page, { state: 'failed', code: 'call_lost' });
    assert.equal(await focused(page), 'again');
    await page.keyboard.press('Enter');
    assert.equal((await engine_said(page, 'mic_pressed')).length, 1);
    await show_call(page, { state: 'idle' });
    assert.equal(await focused(page), 'mic');

    await part(page, 'box').focus();
    for (const state of ['asking', 'connecting', 'live', 'reconnecting', 'ended']) {
      await show_call(page, { state });
      assert.equal(await focused(page), 'box', state);
    }
  },
);

test('a screen reader hears what changes, and not each turn', needs_browser, async (t) => {
  const page = await open_call(t);
  const heard = [];
  const read = () =>
    page.evaluate(() =>
      [...document.querySelector('shopbell-widget').shadowRoot.querySelectorAll('[aria-live="polite"]')]
        .map((one) => one.textContent.trim())
        .join(''),
    );
  for (const shown of [
    { state: 'connecting' },
    {},
    { agent: 'thinking' },
    { agent: 'speaking' },
    {},
    { state: 'reconnecting' },
    {},
    { state: 'failed', code: 'mic_missing' },
  ]) {
    await show_call(page, shown);
    const now = await read();
    if (now !== heard.at(-1)) heard.push(now);
  }
  assert.deepEqual(heard, [
    'Connecting…',
    'Listening…',
    'Reconnecting… The connection broke off. The call goes on by itself.',
    'Listening…',
    // The reason is the core's to say.
    'Call failed.',
  ]);
});
