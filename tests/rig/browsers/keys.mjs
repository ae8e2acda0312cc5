// Real key and mouse events: what a keyboard and a mouse send, through the browser's input pipeline. A page of another browser than
// Chromium brings its own way (`hands`, see text_browsers.mjs).
import { part } from '../widget.mjs';

const enter = {
  key: 'Enter',
  code: 'Enter',
  windowsVirtualKeyCode: 13,
  nativeVirtualKeyCode: 13,
  text: '\r',
  unmodifiedText: '\r',
};

/** Types the text one key at a time. */
export const type_text = (page, text) => page.keyboard.type(text);

/** Presses Enter `count` times as fast as the browser takes them. */
export async function press_enter(page, count = 1) {
  if (page.hands) return page.hands.press_enter(count);
  const session = await page.context().newCDPSession(page);
  const sent = [];
  for (let i = 0; i < count; i += 1) {
    sent.push(session.send('Input.dispatchKeyEvent', { type: 'keyDown', ...enter }));
    sent.push(session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter, text: undefined }));
  }
  await Promise.all(sent);
  await session.detach();
}

/**
 * Holds Enter down: the first event, the system's pause before repeating, then auto-repeat until the time is over.
 */
export async function hold_enter(page, hold_ms, { delay_ms = 250, interval_ms = 33 } = {}) {
  if (page.hands) return page.hands.hold_enter(hold_ms);
  const session = await page.context().newCDPSession(page);
  const end = performance.now() + hold_ms;
  await session.send('Input.dispatchKeyEvent', { type: 'keyDown', ...enter });
  await new Promise((resolve) => setTimeout(resolve, delay_ms));
  while (performance.now() < end) {
    await session.send('Input.dispatchKeyEvent', { type: 'keyDown', ...enter, autoRepeat: true });
    await new Promise((resolve) => setTimeout(resolve, interval_ms));
  }
  await session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter, text: undefined });
  await session.detach();
}

/** Clicks the send button `count` times as fast as the browser takes them. */
export async function click_send(page, count) {
  const box = await part(page, 'send').boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  if (page.hands) return page.hands.click_at(x, y, count);
  const session = await page.context().newCDPSession(page);
  const sent = [];
  for (let i = 0; i < count; i += 1)
    for (const type of ['mousePressed', 'mouseReleased'])
      sent.push(session.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 }));
  await Promise.all(sent);
  await session.detach();
}
