// livekit-client, in Chromium since it needs WebRTC, with a real LiveKit server behind the same proxies.
//
// What passes them is its signalling socket; sound and data go beside it. So its words are attributes of the participant: a request on that
// socket, which the server tells back to everybody in the room. A WebSocket's freeze, reset and end thus hit what they hit for the others.
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { until } from '../../../../tests/rig/widget.mjs';
import { SetupFailure } from '../../../setup/failure.mjs';
import { get_livekit_server, livekit_program } from '../../../setup/livekit.mjs';

const key = 'bench';
const secret = 'not-a-secret-of-anything-but-a-loopback-bench';

/** Builds the server, unless it is there. @returns {Promise<string | undefined>} why there is none */
export async function server_missing() {
  try {
    await get_livekit_server();
    return undefined;
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    return error.message;
  }
}

export const server_command = (port) => [
  livekit_program(),
  '--config-body',
  JSON.stringify({
    port,
    bind_addresses: ['127.0.0.1'],
    keys: { [key]: secret },
    // Media has the same port, by UDP; none goes there but what a connection needs to be one.
    rtc: {
      tcp_port: 0,
      port_range_start: 0,
      udp_port: port,
      node_ip: '127.0.0.1',
      enable_loopback_candidate: true,
    },
    logging: { level: 'fatal' },
  }),
];

/** A JSON Web Token (RFC 7519) as LiveKit's server takes it. */
function token_of(identity) {
  const part = (value) => Buffer.from(value).toString('base64url');
  const now_s = Math.floor(Date.now() / 1_000);
  const video = { room: 'bench', roomJoin: true, canUpdateOwnMetadata: true };
  const claims = { iss: key, sub: identity, nbf: now_s - 60, exp: now_s + 3_600, video };
  const text = `${part(JSON.stringify({ alg: 'HS256', typ: 'JWT' }))}.${part(JSON.stringify(claims))}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

export const browser_options = { args: ['--allow-loopback-in-peer-connection'] };

/** With the client's own defaults; a room that it has given up is joined again at once, as a page would. */
export async function livekit_person(number, port, modules, browser) {
  const page = await browser.new_page();
  await page.addScriptTag({ path: join(modules, 'node_modules/livekit-client/dist/livekit-client.umd.js') });
  await page.evaluate(
    async ([url, token]) => {
      const { Room, RoomEvent } = globalThis.LivekitClient;
      const room = new Room({ disconnectOnPageLeave: false });
      const heard = {};
      room.on(RoomEvent.ParticipantAttributesChanged, ({ said }, { isLocal }) => {
        if (isLocal && said) heard[said] ??= Date.now();
      });
      const join_room = () => room.connect(url, token);
      room.on(RoomEvent.Disconnected, () => join_room().catch(() => {}));
      await join_room();
      globalThis.person = { room, heard };
    },
    [`ws://127.0.0.1:${port}`, token_of(`person-${number}`)],
  );
  const heard_at = (text) => page.evaluate((said) => globalThis.person.heard[said], text);
  return {
    kind: 'chromium',
    said: [],
    say: (text) =>
      page.evaluate((said) => {
        const { room, heard } = globalThis.person;
        const again = () => {
          if (heard[said]) return clearInterval(timer);
          room.localParticipant.setAttributes({ said }).catch(() => {});
        };
        const timer = setInterval(again, 50);
        again();
      }, text),
    async sent_at(text, limit_ms) {
      let at_ms;
      await until(`an answer to "${text}"`, async () => (at_ms = await heard_at(text)) !== undefined, {
        timeout_ms: limit_ms,
        interval_ms: 20,
      });
      return at_ms;
    },
    online: (online) =>
      page.evaluate((type) => window.dispatchEvent(new Event(type)), online ? 'online' : 'offline'),
    shown: () => {},
    close: () => page.context().close(),
  };
}
