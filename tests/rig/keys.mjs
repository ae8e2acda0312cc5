// Real key events: what a keyboard sends, through the browser's input pipeline.

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
 * @returns {Promise<number>} how many keydown events were sent
 */
export async function hold_enter(page, hold_ms, { delay_ms = 250, interval_ms = 33 } = {}) {
  const session = await page.context().newCDPSession(page);
  const end = performance.now() + hold_ms;
  let downs = 1;
  await session.send('Input.dispatchKeyEvent', { type: 'keyDown', ...enter });
  await new Promise((resolve) => setTimeout(resolve, delay_ms));
  while (performance.now() < end) {
    await session.send('Input.dispatchKeyEvent', { type: 'keyDown', ...enter, autoRepeat: true });
    downs += 1;
    await new Promise((resolve) => setTimeout(resolve, interval_ms));
  }
  await session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter, text: undefined });
  await session.detach();
  return downs;
}
