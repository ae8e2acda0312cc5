// What a status instead of an answer means to whoever runs the shop.
import { json_of } from '../../ask.mjs';

const is_html = ({ headers }) => /text\/html/.test(headers['content-type'] ?? '');

/** @returns {[id: string, text: string, todo: string]} */
export function refusal_of(answer, url, shop) {
  const { status, headers } = answer;
  const said = json_of(answer)?.message ?? json_of(answer)?.error;
  const told = `${url} answered ${status}${said ? ` ("${said}")` : ''}`;
  const by = headers.server ? ` by ${headers.server}` : '';
  if (status === 401)
    return [
      'chat-key',
      `${told}: the key ${shop.key ? `"${shop.key}" ` : ''}is not one of its keys.`,
      shop.key
        ? 'Put the tag’s data-api-key into API_KEYS of the gateway.'
        : 'Put data-api-key into the tag (or give --chat-key).',
    ];
  if (status === 403)
    return [
      'chat-origin',
      `${told}: pages of ${shop.page?.url.origin ?? 'this origin'} are not let in.`,
      `Add ${shop.page?.url.origin ?? 'the shop’s origin'} to ALLOWED_ORIGINS of the gateway.`,
    ];
  if (status === 404 || status === 405 || is_html(answer))
    return [
      'chat-route',
      `${told}${is_html(answer) ? ` with a web page${by}` : by}: this path leads to another server than the back end.`,
      'Let the proxy send this path to the back end, or correct data-api-url.',
    ];
  if (status === 429)
    return [
      'chat-limit',
      `${told}: a limit is met.`,
      'Wait, or raise the limit; with a proxy set TRUST_PROXY=on, or all shoppers count as one.',
    ];
  if (status >= 502 && status <= 504)
    return [
      'chat-down',
      `${told}${by}: the back end is not reached or takes nothing.`,
      'Start it, look at its log, and at its address in the proxy.',
    ];
  return ['chat-status', `${told}.`, 'Look at the back end’s log.'];
}
