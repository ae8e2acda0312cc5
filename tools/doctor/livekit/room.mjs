// A room of the doctor's own, which is deleted whatever happens, and what the server's API says of it.
import { randomBytes } from 'node:crypto';
import { AccessToken, AgentDispatchClient, RoomServiceClient, TwirpError } from 'livekit-server-sdk';

const token_s = 120;
const request_s = 5;

/** @returns {URL} the API's address: the sockets' with http for ws */
export function api_url(livekit_url) {
  const url = new URL(livekit_url);
  url.protocol = /^(?:wss|https):$/.test(url.protocol) ? 'https:' : 'http:';
  return url;
}

/** @param {{url: URL, key: string, secret: string}} livekit */
export function make_room({ url, key, secret }) {
  const name = `shopbell-doctor-${randomBytes(6).toString('hex')}`;
  const identity = 'shopbell-doctor';
  const host = api_url(url).href.replace(/\/*$/, '');
  const given = [host, key, secret, { requestTimeout: request_s }];
  const [rooms, dispatches] = [new RoomServiceClient(...given), new AgentDispatchClient(...given)];
  return {
    name,
    identity,
    async token() {
      const token = new AccessToken(key, secret, { identity, name: 'doctor', ttl: token_s });
      token.addGrant({ room: name, roomJoin: true, roomCreate: true, canPublish: true, canSubscribe: true });
      return token.toJwt();
    },
    participants: () => rooms.listParticipants(name),
    has_us: async () => (await rooms.listParticipants(name)).some((one) => one.identity === identity),
    dispatch: (agent) =>
      dispatches.createDispatch(name, agent, { metadata: JSON.stringify({ source: 'doctor' }) }),
    /** One that nobody made is no fault. */
    delete: () => rooms.deleteRoom(name).catch(() => {}),
  };
}

/** @returns {string} what the API said, such as 401 */
export const said_by_api = (error) =>
  error instanceof TwirpError || error.status
    ? `${error.status} ${error.code ?? ''} ${error.message}`
    : error.message;
