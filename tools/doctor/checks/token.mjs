// The endpoint that gives a page its token for LiveKit.
import { randomUUID } from 'node:crypto';
import { ask, json_of } from '../ask.mjs';
import { claims_of, read_reply } from '../livekit/reply.mjs';
import { page_headers, under } from '../shop.mjs';
import { tell_no_answer } from './page.mjs';
import { refusal_of } from './chats/refused.mjs';

const shortest_s = 30;

export const token = {
  name: 'token',
  title: "LiveKit's token endpoint",
  limit_s: 20,
  async run(shop, tell) {
    if (shop.voice !== 'livekit') return tell.passed_over('the tag’s data-voice is not livekit');
    const url = under(shop.api, '/api/livekit/token');
    const answer = await ask(url, {
      method: 'POST',
      signal: tell.signal,
      headers: { ...page_headers(shop), 'content-type': 'application/json' },
      body: JSON.stringify({ sessionId: `doctor-${randomUUID()}` }),
    });
    if (
      tell_no_answer(answer, url, tell, 'token-unreachable', 'Start the back end, or correct data-api-url.')
    )
      return;
    if (answer.status === 503 && json_of(answer))
      return tell.finding(
        'token-not-set',
        `${url} answered 503 ("${json_of(answer).message ?? json_of(answer).error}"): LiveKit is not set up there.`,
        'Give the gateway LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET.',
      );
    if (answer.status < 200 || answer.status > 299) return tell.finding(...refusal_of(answer, url, shop));
    const reply = read_reply(json_of(answer));
    const claims = reply.token && claims_of(reply.token);
    if (!claims || !reply.url || !URL.canParse(reply.url))
      return tell.finding(
        'token-unreadable',
        `${url} answered ${answer.status} without ${!reply.url ? 'a server’s address' : 'a token'}.`,
        'Answer {"url": "wss://…", "token": "…"}.',
      );
    const left_s = claims.exp - Date.now() / 1_000;
    if (!(left_s > shortest_s))
      return tell.finding(
        'token-short',
        `The token is ${left_s > 0 ? `over in ${Math.round(left_s)} s` : 'over already'}.`,
        'Look at the clock of the server that makes it, and give it ten minutes.',
      );
    if (!claims.video?.roomJoin)
      return tell.finding(
        'token-grants',
        'The token does not allow to join a room.',
        'Give it the grant roomJoin and the room’s name.',
      );
    const wanted = shop.page?.url.protocol === 'https:' && /^(?:ws|http):/.test(reply.url);
    if (wanted)
      tell.finding(
        'token-mixed-content',
        `A page on https is sent to ${reply.url}: browsers refuse it.`,
        'Serve LiveKit on wss:// and write that into LIVEKIT_URL.',
      );
    else tell.well(`a token for ${Math.round(left_s)} s, and ${reply.url}`);
    shop.livekit_url ??= new URL(reply.url);
    shop.livekit_token = reply.token;
  },
};
