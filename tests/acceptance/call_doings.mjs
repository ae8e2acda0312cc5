// What a shopper may do before and in a call, whatever carries it, and what is counted of his microphone.
import { press_enter } from '../rig/browsers/keys.mjs';
import { box_text, part, rows_by, say, sleep, until, until_answered } from '../rig/widget.mjs';

const blocked_line = '[Chat] Enter key blocked in voice mode';

/** Counts what only one call may open, and keeps the microphone's tracks. Must stand in the page's head. */
export const watch_microphone = `<script>
  window.__microphone = { asked: 0, tracks: [] };
  const real = navigator.mediaDevices.getUserMedia;
  MediaDevices.prototype.getUserMedia = async function (...args) {
    __microphone.asked += 1;
    const stream = await real.apply(this, args);
    __microphone.tracks.push(...stream.getTracks());
    return stream;
  };
</script>`;

export const asked_for_microphone = (page) => page.evaluate(() => window.__microphone.asked);
export const open_tracks = (page) =>
  page.evaluate(() => window.__microphone.tracks.filter((track) => track.readyState === 'live').length);

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

/** Five clicks as a finger makes them, and five in one task of the page. */
export const clicks = {
  'five real clicks': async ({ page, shopper }) => {
    const at = await shopper.place_of('mic');
    if (!page.context) return Promise.all(Array.from({ length: 5 }, () => page.click_at(at.x, at.y)));
    const session = await page.context().newCDPSession(page);
    const mouse = { ...at, button: 'left', clickCount: 1 };
    await Promise.all(
      Array.from({ length: 5 }, () =>
        ['mousePressed', 'mouseReleased'].map((type) =>
          session.send('Input.dispatchMouseEvent', { type, ...mouse }),
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

/**
 * Does all of that in a call, and then sends a typed turn, which is answered in the same conversation and no business of the call's.
 * @param {object} stage  with the call
 * @param {(where: string) => Promise<void>} stands  throws where the call is not the one that was begun
 */
export async function do_all(t, stage, stands) {
  const { page } = stage;
  for (const [name, act] of Object.entries(doings)) {
    const lines_before = page.console_lines.length;
    await act(stage);
    await sleep(300);
    await stands(name);
    t.assert.deepEqual(await rows_by(page, 'self'), [], `${name}: sent something`);
    if (!name.startsWith('Enter in')) continue;
    assert_blocked_lines(t, { console_lines: page.console_lines.slice(lines_before) }, name);
    await sleep(1_000);
  }
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
  await stands('a typed turn');
  t.assert.deepEqual(page.page_errors, [], 'errors of the page');
}
