// The WebSockets of the gateway and of the back end `hal`, as they come through what stands in front.
import { json_of } from '../ask.mjs';
import { open_socket } from '../socket.mjs';
import { socket_of, under } from '../shop.mjs';
import { why_no_upgrade } from '../upgrade.mjs';

const pong_ms = 5_000;

const gateway = {
  who: 'the gateway',
  is_plain: (answer) =>
    answer.status === 426 || json_of(answer)?.message === 'There is nothing at this address',
  is_who: (answer) => typeof json_of(answer)?.error === 'string',
};
const hal = { who: 'the voice gateway', is_plain: ({ status }) => status === 426, is_who: () => false };

async function look_at(url, server, shop, tell) {
  const path = url.pathname;
  const socket = await open_socket(url, { origin: shop.page?.url.origin, signal: tell.signal });
  if (!socket.open) {
    const why = why_no_upgrade(socket, { ...server, path });
    if (why) tell.finding(...why);
    else tell.unknown(`${path}: ${socket.error.message}`, "Look at this machine's network.");
    return;
  }
  socket.ping();
  for (let frame; ;) {
    frame = await socket.next(pong_ms);
    if (frame.late || frame.closed) {
      tell.finding(
        'upgrade-silent',
        `${path}: 101, and then ${frame.late ? 'no frame passes' : `the connection was closed (${frame.closed})`}.`,
        'Look at the proxy: after 101 it must pass bytes on both ways (HAProxy: timeout tunnel 1h; others: no buffering, no limit of seconds).',
      );
      return;
    }
    if (frame.pong) break;
  }
  tell.well(`${path}: 101, and frames pass`);
  socket.close();
}

export const upgrade = {
  name: 'upgrade',
  title: 'WebSockets through the proxy',
  limit_s: 40,
  async run(shop, tell) {
    const needs_gateway = shop.backend === 'shopbell' || shop.voice === 'shopbell';
    if (!needs_gateway && shop.backend !== 'hal')
      return tell.passed_over(
        `back end ${shop.backend} uses no WebSocket${shop.voice === 'livekit' ? '; LiveKit’s is looked at below' : ''}`,
      );
    if (shop.backend === 'hal') return look_at(socket_of(shop.api), hal, shop, tell);
    await look_at(under(socket_of(shop.api), '/shopbell/v1/text'), gateway, shop, tell);
    if (shop.voice !== 'off')
      await look_at(under(socket_of(shop.api), '/shopbell/v1/voice'), gateway, shop, tell);
  },
};
