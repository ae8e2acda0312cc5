// A page of the back end `hal` without a widget: a WebSocket that says what it is told to and keeps all that it hears.
import WebSocket from 'ws';
import { until } from '../widget.mjs';
import { now_ms } from './time.mjs';

/** How a page sends it: 256 ms of 16 kHz. */
export const page_chunk_samples = 4_096;

/**
 * @param {string} url
 * @param {import('ws').ClientOptions} [options]
 */
export async function open_page(url, options = {}) {
  const socket = new WebSocket(url, options);
  const page = {
    socket,
    /** @type {{at_ms: number, text: string, frame?: object}[]} */
    heard: [],
    /** Of the end, once it has come. */
    code: undefined,
    reason: undefined,
    says: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    /** @param {ArrayLike<number>} samples */
    streams: (samples) => page.says({ type: 'audio_stream', audio: Array.from(samples) }),
    types: () => page.heard.map(({ frame }) => frame?.type),
    of: (type) => page.heard.flatMap(({ frame }) => (frame?.type === type ? [frame] : [])),
    /** Waits for the `count`th frame of that type. @returns {Promise<object>} it */
    hears: (type, count = 1, limits = {}) =>
      until(`${count} of ${type}`, () => page.of(type)[count - 1], {
        ...{ interval_ms: 5, timeout_ms: 8_000, seen: () => page.heard },
        ...limits,
      }),
    /** @returns {Promise<number>} its code */
    async closed() {
      await until('an end', () => page.code !== undefined, { interval_ms: 5 });
      return page.code;
    },
    async close() {
      socket.close();
      await page.closed();
    },
  };
  socket.on('message', (bytes, is_binary) => {
    const text = String(bytes);
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      frame = undefined;
    }
    page.heard.push({ at_ms: now_ms(), text, frame, is_binary });
  });
  socket.on('close', (code, reason) => Object.assign(page, { code, reason: String(reason) }));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('error', () => {});
  return page;
}
