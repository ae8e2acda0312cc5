// Two tabs of one shop and one call: it stays with its tab over page loads, and moves to the other tab, which the shopper sees, when its
// tab closes or is killed. Headless Chromium shows every tab.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silence } from '../rig/sound/dsp.mjs';
import { as_shopper } from '../rig/shopper.mjs';
import { stage_of } from '../rig/suite.mjs';
import { call_missing, open_call_stage } from '../rig/voice_call.mjs';
import { sleep, until } from '../rig/widget.mjs';
import { page_audio } from '../rig/network/wire.mjs';

const rate_hz = 16_000;
/** The next page of its tab has two seconds at most, then the other tab loads voice.js and joins. */
const moved_within_ms = 8_000;

/** `opened`: the chat was opened in the other tab too. */
async function open_tabs(t, { opened }) {
  const stage = await open_call_stage(stage_of(t), {
    microphone: { rate_hz, samples: silence(60, rate_hz) },
    listen: false,
  });
  const other_page = await stage.browser.new_tab(stage.page);
  const other = as_shopper(other_page);
  await other_page.goto(stage.shop.url);
  if (opened) {
    await other.open();
    // The newer tab has taken the conversation; the call is the older one's nevertheless.
    await until('one conversation', async () =>
      (await stage.shopper.rows()).some(({ author }) => author === 'system'),
    );
  }
  await stage.shopper.click('mic');
  await stage.shopper.until_live();
  await until('the call is known', () =>
    other_page.evaluate(() => Object.keys(localStorage).some((key) => key.endsWith('.call'))),
  );
  return { ...stage, other, other_page };
}

const what_happened = async (gateway) => (await gateway.calls()).map(({ what }) => what);

/** The other tab has the call, and the gateway nobody else. */
async function assert_moved({ gateway, other, other_page, wire }, from_ms, muted) {
  const { muted: is_muted } = await other.until_live();
  const took_ms = Math.round(performance.now() - from_ms);
  assert.ok(took_ms <= moved_within_ms, `live in the other tab after ${took_ms} ms`);
  assert.equal(is_muted, muted, 'muted as it was');
  if (muted) await other.click('mute');
  const before = page_audio(await wire.frames()).length;
  await until('sound flows', async () => page_audio(await wire.frames()).length > before + 10);
  const status = await (await fetch(`${gateway.url}/status`)).json();
  assert.deepEqual(
    { text: status.sockets.text, voice: status.sockets.voice, zombies: status.zombies },
    { text: 1, voice: 1, zombies: 0 },
    'one session, one call, nobody else',
  );
  assert.equal((await what_happened(gateway)).filter((what) => what === 'call joined').length, 1);
  await other.click('hang-up');
  await until('the call is over', async () => (await what_happened(gateway)).at(-1) === 'call left');
  assert.deepEqual(other_page.page_errors, []);
  return took_ms;
}

const options = { skip: (await call_missing()) ?? false, timeout: 120_000 };

test('a call stays with its tab over a page load, and moves when the tab closes', options, async (t) => {
  const stage = await open_tabs(t, { opened: false });
  const { gateway, page, shopper, other } = stage;
  await page.locator('a[href="/basket"]').click();
  await page.waitForURL('**/basket');
  await shopper.until_live();
  await sleep(2_500);
  assert.equal((await other.call()).state, 'idle');
  assert.deepEqual(await what_happened(gateway), ['call joined', 'call parked', 'call resumed']);

  await shopper.click('mute');
  await shopper.until_call('muted', ({ muted }) => muted);
  const from_ms = performance.now();
  await page.close();
  t.diagnostic(`closed: live in the other tab after ${await assert_moved(stage, from_ms, true)} ms`);
});

test('a call moves when its tab is killed', options, async (t) => {
  const stage = await open_tabs(t, { opened: true });
  const session = await stage.page.context().newCDPSession(stage.page);
  const from_ms = performance.now();
  session.send('Page.crash').catch(() => {});
  t.diagnostic(`killed: live in the other tab after ${await assert_moved(stage, from_ms, false)} ms`);
});
