// TZ-V3, TZ-V5 and TZ-V6 on the back end `shopbell`: a call ends when somebody ends it, and begins once. Chromium's microphone is a
// file of silence; what happened is read from the server's participant log and from the wire, not from the widget's own word.
import { silence } from '../rig/sound/dsp.mjs';
import { press_enter } from '../rig/browsers/keys.mjs';
import { call_missing, greeting, open_call_stage } from '../rig/voice_call.mjs';
import { box_text, part, rows_by, say, sleep, until, until_answered } from '../rig/widget.mjs';

const rate_hz = 16_000;
const blocked_line = '[Chat] Enter key blocked in voice mode';

/** Counts what only one call may open, and keeps the microphone's tracks. Must stand in the page's head. */
const watch_microphone = `<script>
  window.__microphone = { asked: 0, tracks: [] };
  const real = navigator.mediaDevices.getUserMedia;
  MediaDevices.prototype.getUserMedia = async function (...args) {
    __microphone.asked += 1;
    const stream = await real.apply(this, args);
    __microphone.tracks.push(...stream.getTracks());
    return stream;
  };
</script>`;

const asked_for_microphone = (page) => page.evaluate(() => window.__microphone.asked);
const open_tracks = (page) =>
  page.evaluate(() => window.__microphone.tracks.filter((track) => track.readyState === 'live').length);

async function open_stage(t) {
  const missing = await call_missing('chromium');
  if (missing) t.skip(missing);
  return open_call_stage(t, {
    microphone: { rate_hz, samples: silence(10, rate_hz) },
    listen: false,
    html: { head: watch_microphone },
  });
}

const what_of = async (gateway, what) => (await gateway.calls()).filter((entry) => entry.what === what);

/** Waits for an entry of the participant log. */
const until_logged = (gateway, what, count = 1) =>
  until(
    `${count} × "${what}" in the server's log`,
    async () => (await what_of(gateway, what)).length >= count,
    {
      timeout_ms: 5_000,
      seen: () => gateway.calls(),
    },
  );

async function press_mic_and_wait({ shopper, gateway }) {
  await shopper.click('mic');
  await shopper.until_live();
  await shopper.until_said('agent', greeting);
  await until_logged(gateway, 'call joined');
}

/** The call that was joined is still the one, on its first connection, and its frames still come. */
async function assert_call_stands(t, { shopper, gateway, wire }, where) {
  const { state } = await shopper.call();
  t.assert.equal(state, 'live', `${where}: the call as the widget shows it`);
  const calls = await gateway.calls();
  const ends = calls.filter(({ what }) => what === 'call left' || what === 'call parked');
  t.assert.deepEqual(ends, [], `${where}: the call ended on the server`);
  t.assert.equal(calls.filter(({ what }) => what === 'call joined').length, 1, `${where}: joins`);
  const before = (await wire.frames()).filter(({ from }) => from === 'page');
  t.assert.equal(new Set(before.map(({ connection }) => connection)).size, 1, `${where}: voice connections`);
  t.assert.ok(!before.some(({ kind }) => kind === 'bye'), `${where}: the page said goodbye`);
}

const focus_of = (page, name) => part(page, name).first().focus();

/** What a shopper may do in a call without meaning it. Each is followed by a look at the call. */
const doings = {
  'Enter in the empty box': async ({ page }) => {
    await focus_of(page, 'box');
    await press_enter(page, 3);
  },
  'Enter in the panel, outside of the box': async ({ page }) => {
    await focus_of(page, 'close');
    await page.evaluate(() => {
      const root = document.querySelector('shopbell-widget').shadowRoot;
      const list = root.querySelector('[part~="rows"]');
      list.tabIndex = -1;
      list.focus();
    });
    await press_enter(page, 3);
  },
  'Enter in the panel, on the button that hangs up': async ({ page }) => {
    await focus_of(page, 'hang-up');
    await press_enter(page, 2);
  },
  'Enter on the page': async ({ page }) => {
    await page.evaluate(() => document.activeElement?.blur());
    await press_enter(page, 2);
  },
  Tab: async ({ page }) => {
    await focus_of(page, 'box');
    for (let i = 0; i < 12; i += 1) await page.keyboard.press('Tab');
  },
  'Escape, and the panel again': async ({ page, shopper }) => {
    await focus_of(page, 'box');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await sleep(200);
    if (!(await shopper.is_shown('box'))) await shopper.click('launcher');
    await until('the box again', () => shopper.is_shown('box'));
  },
  'the shop draws its page anew': async ({ page }) => {
    await page.evaluate(() => {
      const widget = document.querySelector('shopbell-widget');
      document.body.replaceChildren(...[...document.body.children].map((child) => child.cloneNode(true)));
      // A framework that rerenders the body takes the widget out and puts it back.
      document.querySelector('shopbell-widget')?.remove();
      document.body.append(widget);
      history.pushState(null, '', '/?variant=2');
    });
    await sleep(300);
  },
  'resize and turn': async ({ page }) => {
    for (const size of [
      { width: 360, height: 640 },
      { width: 640, height: 360 },
      { width: 1280, height: 720 },
    ]) {
      await page.setViewportSize(size);
      await sleep(150);
    }
  },
  'another tab and back': async ({ page }) => {
    const other = await page.context().newPage();
    await other.bringToFront();
    // Headless Chromium shows every tab; a hidden one is told so, as a real one is.
    const tell = (state) =>
      page.evaluate((visibility) => {
        Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
        Object.defineProperty(document, 'hidden', { value: visibility === 'hidden', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
        window.dispatchEvent(new Event(visibility === 'hidden' ? 'blur' : 'focus'));
      }, state);
    await tell('hidden');
    await sleep(1_500);
    await tell('visible');
    await page.bringToFront();
    await other.close();
  },
};

function assert_blocked_lines(t, page, where) {
  const times = page.console_lines
    .filter(({ text }) => text.includes(blocked_line))
    .map(({ time_ms }) => time_ms);
  t.assert.ok(times.length >= 1, `${where}: the console never said "${blocked_line}"`);
  for (let i = 1; i < times.length; i += 1)
    t.assert.ok(times[i] - times[i - 1] >= 950, `${where}: two lines within ${times[i] - times[i - 1]} ms`);
}

async function keys_end_no_call(t) {
  const stage = await open_stage(t);
  const { page } = stage;
  await press_mic_and_wait(stage);
  for (const [name, act] of Object.entries(doings)) {
    const lines_before = page.console_lines.length;
    await act(stage);
    await sleep(300);
    await assert_call_stands(t, stage, name);
    t.assert.deepEqual(await rows_by(page, 'self'), [], `${name}: sent something`);
    if (name.startsWith('Enter in')) {
      assert_blocked_lines(t, { console_lines: page.console_lines.slice(lines_before) }, name);
      await sleep(1_000);
    }
  }
  // With text, Enter is a typed turn, answered in the same conversation, and no business of the call.
  const replies = (await rows_by(page, 'agent')).length;
  await say(page, 'Do you have a desk lamp?');
  await until_answered(page, replies + 1);
  const own = await rows_by(page, 'self');
  t.assert.deepEqual(
    own.map(({ text, state }) => [text, state]),
    [['Do you have a desk lamp?', 'sent']],
    'the typed turn',
  );
  t.assert.equal(await box_text(page), '');
  await assert_call_stands(t, stage, 'a typed turn');
  t.assert.deepEqual(page.page_errors, [], 'errors of the page');
}

/** Five clicks as a finger makes them, and five in one task of the page. */
const clicks = {
  'five real clicks': async ({ page }) => {
    const box = await part(page, 'mic').boundingBox();
    const session = await page.context().newCDPSession(page);
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2, button: 'left', clickCount: 1 };
    await Promise.all(
      Array.from({ length: 5 }, () =>
        ['mousePressed', 'mouseReleased'].map((type) =>
          session.send('Input.dispatchMouseEvent', { type, ...at }),
        ),
      ).flat(),
    );
    await session.detach();
  },
  'five clicks in one task': ({ page }) =>
    page.evaluate(() => {
      const mic = document.querySelector('shopbell-widget').shadowRoot.querySelector('[part~="mic"]');
      for (let i = 0; i < 5; i += 1) mic.click();
    }),
};

async function one_join(t) {
  for (const [name, click] of Object.entries(clicks)) {
    const stage = await open_stage(t);
    const { shopper, gateway, page, wire } = stage;
    await click(stage);
    await shopper.until_live();
    await until_logged(gateway, 'call joined');
    // A second join that was only late comes now.
    await sleep(2_000);
    const joined = await what_of(gateway, 'call joined');
    t.assert.equal(joined.length, 1, `${name}: joins in the server's log`);
    t.assert.equal(new Set(joined.map(({ identity }) => identity)).size, 1, `${name}: identities`);
    t.assert.ok(joined[0].identity, `${name}: the join names its identity`);
    await assert_call_stands(t, stage, name);
    t.assert.equal(await asked_for_microphone(page), 1, `${name}: asked for the microphone`);
    const hellos = (await wire.frames()).filter(({ kind }) => kind === 'hello');
    t.assert.equal(hellos.length, 1, `${name}: hellos on the wire`);
    t.assert.deepEqual(page.page_errors, [], `${name}: errors of the page`);
  }
}

const sound_of_page = (frames) => frames.filter(({ from, kind }) => from === 'page' && kind === 'audio');

async function mute_keeps_stop_leaves(t) {
  const stage = await open_stage(t);
  const { shopper, gateway, page, wire } = stage;
  await press_mic_and_wait(stage);

  for (let round = 1; round <= 2; round += 1) {
    const where = `pause ${round}`;
    await shopper.click('mute');
    await until_logged(gateway, 'track muted', round);
    await shopper.until_call('muted', ({ muted }) => muted);
    await sleep(500);
    const before = sound_of_page(await wire.frames()).length;
    await sleep(1_500);
    t.assert.equal(sound_of_page(await wire.frames()).length, before, `${where}: sound left a muted page`);
    await assert_call_stands(t, stage, where);
    await shopper.click('mute');
    await shopper.until_call('not muted', ({ muted }) => !muted);
    await until_logged(gateway, 'track unmuted', round);
    await until(
      `${where}: sound flows again`,
      async () => sound_of_page(await wire.frames()).length > before,
      {
        timeout_ms: 5_000,
      },
    );
    await assert_call_stands(t, stage, `${where} over`);
  }
  t.assert.equal(await open_tracks(page), 1, 'microphones that are open in the call');

  await shopper.click('hang-up');
  const hung_up_ms = Date.now();
  await until('the microphone is off', async () => (await open_tracks(page)) === 0, {
    timeout_ms: 5_000,
    interval_ms: 20,
  });
  const off_ms = Date.now() - hung_up_ms;
  t.assert.ok(off_ms < 1_000, `the microphone was off after ${off_ms} ms`);
  await until_logged(gateway, 'call left');
  const left = await what_of(gateway, 'call left');
  t.assert.equal(left.length, 1, 'leaves');
  t.assert.ok(
    (await wire.frames()).some(({ kind }) => kind === 'bye'),
    'the page said goodbye',
  );
  t.assert.deepEqual(await what_of(gateway, 'call parked'), [], 'a call that was ended waits for nobody');
  t.assert.equal((await shopper.call()).state, 'idle');
  t.assert.deepEqual(page.page_errors, [], 'errors of the page');
}

export const rows = {
  'TZ-V3/shopbell': { limit_s: 120, run: keys_end_no_call },
  'TZ-V5/shopbell': { limit_s: 90, run: one_join },
  'TZ-V6/shopbell': { limit_s: 90, run: mute_keeps_stop_leaves },
};
