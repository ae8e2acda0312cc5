// shopbell.v1: hello, one message to the end of its answer; and the same message id again.
import { randomUUID } from 'node:crypto';
import { word_of } from '../../ask.mjs';
import { socket_of, under } from '../../shop.mjs';
import { frame_of, open_socket } from '../../socket.mjs';

const answer_ms = 30_000;
const nothing_ms = 1_500;

const closes = {
  4401: (shop) => [
    'chat-key',
    `The key ${shop.key ? `"${shop.key}" ` : ''}is not one of the gateway's keys.`,
    shop.key
      ? 'Put the tag’s data-api-key into its API_KEYS.'
      : 'Put data-api-key into the tag (or give --chat-key).',
  ],
  4403: (shop) => [
    'chat-origin',
    `Pages of ${shop.page?.url.origin ?? 'this origin'} are not let in.`,
    'Add it to ALLOWED_ORIGINS of the gateway.',
  ],
};

/** @returns {Promise<object | undefined>} a socket that was welcomed */
async function join(shop, tell) {
  const url = under(socket_of(shop.api), '/shopbell/v1/text');
  const socket = await open_socket(url, { origin: shop.page?.url.origin, signal: tell.signal });
  if (!socket.open) {
    tell.unknown(
      `no WebSocket: ${socket.error ? word_of(socket.error) : `it was answered ${socket.status}`}`,
      'Put "WebSockets through the proxy" right first.',
    );
    return undefined;
  }
  socket.say({ t: 'hello', v: 1, oldest: 1, client: 'doctor', ...(shop.key && { key: shop.key }) });
  for (;;) {
    const frame = await socket.next(answer_ms);
    if (frame_of(frame).t === 'welcome') return socket;
    if (!frame.late && !frame.closed) continue;
    const why = closes[frame.closed]?.(shop) ?? [
      'chat-status',
      `The gateway does not welcome the page${frame.closed ? ` (closed with ${frame.closed} ${frame.reason})` : ''}.`,
      'Look at its log.',
    ];
    tell.finding(...why);
    return undefined;
  }
}

/** Until the answer to this message is over. @returns {Promise<{text?: string, acked: boolean, state?: string, lost?: object, ms: number}>} */
async function answer_to(socket, id, limit_ms = answer_ms) {
  const begun_ms = performance.now();
  let acked = false;
  for (;;) {
    const left_ms = limit_ms - (performance.now() - begun_ms);
    const frame = left_ms > 0 ? await socket.next(left_ms) : { late: true };
    const ms = Math.round(performance.now() - begun_ms);
    if (frame.late || frame.closed) return { acked, lost: frame, ms };
    const { t, id: about, n, text, state, code } = frame_of(frame);
    if (t === 'ping') socket.say({ t: 'pong', n });
    if (t === 'ack' && about === id) acked = true;
    if (t === 'refused' && about === id) return { acked, state: code, ms };
    if (t === 'done') return { acked, text, state, ms };
  }
}

async function asks(shop, tell, message) {
  const socket = await join(shop, tell);
  if (!socket) return;
  const id = randomUUID();
  socket.say({ t: 'say', id, text: message });
  const { text, state, lost, ms } = await answer_to(socket, id);
  if (state === 'done' && text) tell.well(`answered after ${ms} ms`);
  else if (lost)
    tell.finding(
      'chat-failed',
      `No answer came${lost.closed ? `; the connection was closed (${lost.closed})` : ` within ${answer_ms / 1_000} s`}.`,
      'Look at the gateway’s log and at the proxy’s time limits.',
    );
  else
    tell.finding(
      'chat-failed',
      `The answer failed (${state}).`,
      'Look at the gateway’s log, and at its model’s address and key.',
    );
  shop.answered = state === 'done';
  socket.close();
}

async function repeats(shop, tell, message) {
  if (!shop.answered)
    return tell.unknown('no message was answered', 'Put "One question to the chat" right first.');
  // On a connection of its own, as after a break: the session is another one, so the id is new there, and is said twice.
  const socket = await join(shop, tell);
  if (!socket) return;
  const id = randomUUID();
  for (let i = 0; i < 2; i += 1) socket.say({ t: 'say', id, text: message });
  const first = await answer_to(socket, id);
  const second = await answer_to(socket, id, nothing_ms);
  socket.close();
  if (!first.text)
    return tell.finding(
      'chat-failed',
      `The answer failed (${first.state ?? 'none came'}).`,
      'Look at the gateway’s log.',
    );
  if (second.text !== undefined)
    tell.finding('answered-twice', 'The same id was said twice and answered twice.', 'Update the gateway.');
  else tell.well('said twice under one id, answered once');
}

export const shopbell = { asks, repeats };
