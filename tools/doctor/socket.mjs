// One WebSocket as the doctor opens it: over, refused or broken is an answer too, and its frames are read one after another.
import WebSocket from 'ws';
import { ask } from './ask.mjs';

const open_ms = 8_000;
const body_bytes_max = 10_000;

/** What came instead of 101. */
async function read_refusal(response) {
  const parts = [];
  let size = 0;
  const limit = setTimeout(() => response.destroy(), 2_000);
  try {
    for await (const part of response) if ((size += part.length) <= body_bytes_max) parts.push(part);
  } catch {
    // What was read until then is what there is.
  }
  clearTimeout(limit);
  return {
    status: response.statusCode,
    headers: response.headers,
    http: response.httpVersion,
    text: Buffer.concat(parts).toString('utf8'),
  };
}

/**
 * @param {URL} url
 * @param {{origin?: string, signal: AbortSignal}} options
 * @returns {Promise<{open: true, frames: () => Promise<object>} | {open: false, status: number, headers?: object, text?: string, error?: Error}>}
 */
export function open_socket(url, { origin, signal }) {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, {
      ...{ origin, rejectUnauthorized: false, handshakeTimeout: open_ms, perMessageDeflate: false },
      headers: { 'x-client-source': 'doctor' },
    });
    const [frames, waiting] = [[], []];
    const put = (frame) => (waiting.length > 0 ? waiting.shift()(frame) : frames.push(frame));
    signal.addEventListener('abort', () => socket.terminate());
    socket.on('message', (bytes, is_binary) => put({ bytes, is_binary }));
    socket.on('pong', () => put({ pong: true }));
    socket.on('close', (code, reason) => put({ closed: code, reason: String(reason) }));
    socket.on('error', (error) => {
      const is_late = /timed out/.test(error.message);
      resolve({
        open: false,
        status: 0,
        error: is_late ? new Error(`no answer within ${open_ms / 1_000} s`) : error,
      });
    });
    socket.on('unexpected-response', async (request, response) => {
      resolve({ open: false, ...(await read_refusal(response)) });
      request.destroy();
    });
    socket.once('open', () =>
      resolve({
        open: true,
        /** The next frame; a close is the last one. */
        next: (limit_ms = 10_000) =>
          new Promise((given) => {
            if (frames.length > 0) return given(frames.shift());
            const take = (frame) => (clearTimeout(limit), given(frame));
            const limit = setTimeout(() => {
              waiting.splice(waiting.indexOf(take), 1);
              given({ late: true });
            }, limit_ms);
            waiting.push(take);
          }),
        say: (frame) =>
          socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
        ping: () => socket.ping(),
        close: (code = 1000) => socket.close(code),
      }),
    );
  });
}

/** A frame's JSON; `{}` for what is none. */
export function frame_of({ bytes, is_binary }) {
  if (!bytes || is_binary) return {};
  try {
    return JSON.parse(String(bytes)) ?? {};
  } catch {
    return {};
  }
}

/** The same address asked plainly: who answers there tells a wrong route from a lost header. */
export const ask_plainly = (url, signal) => {
  const plain = new URL(url);
  plain.protocol = plain.protocol === 'wss:' ? 'https:' : 'http:';
  return ask(plain, { signal, limit_ms: 5_000 });
};
