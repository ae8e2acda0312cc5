// The back end `hal`: its greeting, and a typed text's answer.
import { word_of } from '../../ask.mjs';
import { socket_of } from '../../shop.mjs';
import { frame_of, open_socket } from '../../socket.mjs';

const greet_ms = 5_000;
const answer_ms = 40_000;

async function until_type(socket, types, limit_ms) {
  const end_ms = performance.now() + limit_ms;
  for (;;) {
    const frame = await socket.next(Math.max(1, end_ms - performance.now()));
    if (frame.late || frame.closed || types.includes(frame_of(frame).type)) return frame;
  }
}

async function asks(shop, tell, message) {
  const socket = await open_socket(socket_of(shop.api), {
    origin: shop.page?.url.origin,
    signal: tell.signal,
  });
  if (!socket.open)
    return tell.unknown(
      `no WebSocket: ${socket.error ? word_of(socket.error) : `it was answered ${socket.status}`}`,
      'Put "WebSockets through the proxy" right first.',
    );
  const greeting = await until_type(socket, ['connected'], greet_ms);
  if (greeting.late || greeting.closed)
    return tell.finding(
      'chat-unreadable',
      `${shop.api} opens a WebSocket and sends no greeting.`,
      'Let data-api-url lead to the voice gateway’s own address.',
    );
  const begun_ms = performance.now();
  socket.say({ type: 'text_input', text: message });
  const answer = await until_type(socket, ['response', 'error'], answer_ms);
  const { type, text, message: why } = frame_of(answer);
  if (type === 'response' && text) tell.well(`answered after ${Math.round(performance.now() - begun_ms)} ms`);
  else
    tell.finding(
      'chat-failed',
      `The answer failed (${why ?? (answer.closed ? `closed with ${answer.closed}` : 'none came')}).`,
      'Look at the voice gateway’s log.',
    );
  socket.close();
}

export const hal = { asks };
