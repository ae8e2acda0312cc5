// LiveKit's signalling: whether it lets us in, its WebSocket through what stands in front, and the participant that its API shows.
import { SignalResponse } from '@livekit/protocol';
import { ask } from '../ask.mjs';
import { api_url, make_room, said_by_api } from '../livekit/room.mjs';
import { under, socket_of } from '../shop.mjs';
import { open_socket } from '../socket.mjs';
import { why_no_upgrade } from '../upgrade.mjs';
import { tell_no_answer } from './page.mjs';

const frame_ms = 5_000;
/** What browsers' packages speak; with it the server offers its media ports at once. */
const query = 'auto_subscribe=1&sdk=js&version=2.5.7&protocol=15';

const is_livekit = ({ status, text = '', headers = {} }) =>
  (status === 401 || status === 404) &&
  (text === '' || /^text\/plain/.test(headers['content-type'] ?? '')) &&
  !headers.server?.match(/nginx|apache/i);

/** @returns {Promise<{goes_on: boolean, is_there: boolean}>} whether there is more to ask, and whether it was LiveKit that answered */
async function let_in(url, token, tell) {
  const validate = under(api_url(url), `/rtc/validate`);
  const answer = await ask(`${validate}?access_token=${token}`, { signal: tell.signal });
  if (tell_no_answer(answer, validate, tell, 'livekit-unreachable', 'Start LiveKit, or open its port.'))
    return { goes_on: false, is_there: false };
  if (answer.status === 200 && answer.text === 'success') {
    tell.well('LiveKit takes the token');
    return { goes_on: true, is_there: true };
  }
  if (answer.status === 401 || answer.status === 403) {
    tell.finding(
      'livekit-key',
      `LiveKit refuses the token: ${answer.text.trim().slice(0, 120)}.`,
      "Use the key and secret of this server's `keys:`, and compare the clocks of both machines.",
    );
    return { goes_on: false, is_there: true };
  }
  if (answer.status >= 502 && answer.status <= 504) return { goes_on: true, is_there: false }; // told with the WebSocket
  tell.finding(
    'livekit-route',
    `${validate} answered ${answer.status}${answer.headers.server ? ` (${answer.headers.server})` : ''}: LiveKit is not behind this path.`,
    'Send /rtc and everything below it, and /twirp, to LiveKit’s port (7880).',
  );
  return { goes_on: true, is_there: false };
}

const livekit = {
  path: '/rtc',
  who: 'LiveKit',
  is_plain: (answer) =>
    answer.status === 404 && answer.text === '' && answer.headers['content-type'] === undefined,
  is_who: is_livekit,
};

/** @returns {Promise<object | undefined>} the first frame of the socket */
async function first_frame(socket, tell) {
  const frame = await socket.next(frame_ms);
  if (frame.bytes) return SignalResponse.fromBinary(frame.bytes).message;
  tell.finding(
    'upgrade-silent',
    `/rtc: 101, and then ${frame.late ? 'no frame passes' : `the connection was closed (${frame.closed} ${frame.reason})`}.`,
    'Look at the proxy: after 101 it must pass bytes on both ways (tunnel or read timeouts of 1 h), and at LiveKit’s log.',
  );
  return undefined;
}

/** Only the owner of a key can ask. */
async function is_shown({ room }, tell) {
  try {
    if (await room.has_us()) tell.well('the server shows the participant');
    else
      tell.finding(
        'livekit-participant',
        'The server does not show the participant that has just joined.',
        'Look whether LIVEKIT_URL and the page lead to the same server (several nodes need Redis).',
      );
  } catch (error) {
    tell.finding(
      'livekit-api',
      `LiveKit's API does not answer: ${said_by_api(error)}.`,
      'Send /twirp to LiveKit’s port too, and use the key of this server.',
    );
  }
}

export const signal = {
  name: 'signal',
  title: "LiveKit's signalling",
  limit_s: 40,
  async run(shop, tell) {
    const { options } = shop;
    if (!shop.livekit_url)
      return shop.voice === 'livekit'
        ? tell.unknown(
            'no address of LiveKit is known',
            'Put the token endpoint right, or give --livekit-url.',
          )
        : tell.passed_over('no LiveKit in this tag, and no --livekit-url');
    const url = shop.livekit_url;
    if (shop.distrusted?.has(url.host))
      return tell.unknown(
        'no token is sent to a host whose certificate is not to be trusted',
        'Put TLS right first.',
      );
    shop.room =
      options['api-key'] && make_room({ url, key: options['api-key'], secret: options['api-secret'] });
    const token = shop.room ? await shop.room.token() : shop.livekit_token;
    if (!token)
      return tell.unknown(
        'there is no token',
        'Give --api-key and --api-secret, or put the token endpoint right.',
      );
    const { goes_on, is_there } = await let_in(url, token, tell);
    if (!goes_on) return;
    const at = under(socket_of(api_url(url)), '/rtc');
    at.search = `${query}&access_token=${token}`;
    const socket = await open_socket(at, { origin: shop.page?.url.origin, signal: shop.over });
    if (!socket.open) {
      const why = why_no_upgrade(
        socket,
        is_there ? livekit : { ...livekit, is_plain: () => false, is_who: () => false },
      );
      if (why) tell.finding(...why);
      else tell.unknown(`/rtc: ${socket.error.message}`, "Look at this machine's network.");
      return;
    }
    const first = await first_frame(socket, tell);
    if (!first) return;
    tell.well(
      `/rtc: 101, joined${first.value?.serverInfo?.version ? `, LiveKit ${first.value.serverInfo.version}` : ''}`,
    );
    shop.signal = socket;
    if (shop.room) await is_shown(shop, tell);
  },
};
