// Whether a browser lets the page ask the back end, which is on another origin. What the back end itself says of it, `chat` asks.
import { ask } from '../ask.mjs';
import { has_own_origin, under } from '../shop.mjs';
import { tell_no_answer } from './page.mjs';

const listed = (header) =>
  new Set(
    (header ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  );

/** What the widget sends (README, "Back ends"). */
function wanted_headers({ backend, key, idempotency }) {
  const wanted = ['content-type', ...(key ? ['x-api-key'] : [])];
  return backend === 'chatkit' && idempotency
    ? [...wanted, 'idempotency-key', 'x-client-source', 'last-event-id']
    : wanted;
}

export const cors = {
  name: 'cors',
  title: 'CORS of the back end',
  limit_s: 20,
  async run(shop, tell) {
    if (!shop.page) return tell.passed_over('no page was given');
    if (!has_own_origin(shop)) return tell.passed_over('the back end is on the page’s own origin');
    if (!['chatkit', 'ag-ui'].includes(shop.backend)) return tell.passed_over('WebSockets know no CORS');
    const { origin } = shop.page.url;
    const url = shop.backend === 'chatkit' ? under(shop.api, '/api/chatkit/agent') : shop.api;
    const wanted = wanted_headers(shop);
    const answer = await ask(url, {
      method: 'OPTIONS',
      signal: tell.signal,
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': wanted.join(','),
      },
    });
    if (tell_no_answer(answer, url, tell, 'api-unreachable', 'Start the back end, or correct data-api-url.'))
      return;
    const allow = answer.headers['access-control-allow-origin'];
    if (answer.status < 200 || answer.status > 299)
      return tell.finding(
        'cors-preflight',
        `${url} answered OPTIONS, which browsers ask first, with ${answer.status}.`,
        'Let OPTIONS of this path come to the back end, which answers it with 204.',
      );
    if (allow !== '*' && allow !== origin)
      return tell.finding(
        'cors-origin',
        `${url} allows ${allow ? `the origin ${allow}` : 'no other origin'}, and the page is on ${origin}.`,
        `Add ${origin} to ALLOWED_ORIGINS of the gateway, or have your server send Access-Control-Allow-Origin: ${origin}. A proxy must not send a second one.`,
      );
    const allowed = listed(answer.headers['access-control-allow-headers']);
    const missing = wanted.filter((name) => !allowed.has(name) && !allowed.has('*'));
    if (missing.length > 0)
      return tell.finding(
        'cors-headers',
        `${url} does not allow these headers of the widget: ${missing.join(', ')}.`,
        `List them in Access-Control-Allow-Headers.`,
      );
    tell.well(`${origin} may ask ${url}`);
  },
};
