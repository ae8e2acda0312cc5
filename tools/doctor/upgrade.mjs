// What a proxy did to a WebSocket, told from what came instead of 101. Each of these was seen from a real proxy (tests/acceptance/tz_doctor.mjs):
//
//   the request arrived as a plain one     the proxy dropped `Upgrade`, `Connection` or both. The gateway answers such a request 426 and says
//                                          which of them it missed; LiveKit answers 404 without a word
//   somebody else answered                 the path is sent to another server, such as the one that has the pages
//   502, 503, 504                          the proxy did not reach the server, has none, or waited in vain
//   101 and then nothing                   both sides agreed and the proxy passes no frame on
import { is_here, json_of, word_of } from './ask.mjs';

/** The lines that pass an upgrade on, of the proxy that says its name. */
const lines = {
  nginx:
    'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";',
  Caddy: 'reverse_proxy does it by itself: remove header_up lines for Upgrade and Connection',
};
const recipe = 'tools/deploy has whole configurations';

/** @returns {string | undefined} the proxy or server that says its name */
const name_of = (headers = {}) =>
  /^(nginx|Caddy|Apache|lighttpd)/i.exec(headers.server ?? headers.via?.split(' ')[1] ?? '')?.[0];

/** HAProxy says no name, but its own pages have one form. */
const is_haproxy = ({ text = '' }) => /<html><body><h1>\d{3} [\w ]+<\/h1>/.test(text);

const pass_on = (name, path) => `${name ? `${name}: ` : ''}pass both headers on for ${path}`;

function headers_lost(answer, path, who) {
  const said = json_of(answer);
  const missing =
    Array.isArray(said?.missing) && said.missing.length > 0 ? said.missing.join(' and ') : undefined;
  const name = name_of(answer.headers);
  const old = said?.http === '1.0' ? ' and over HTTP/1.0' : '';
  return [
    'upgrade-header',
    `${path}: ${who} got the request without ${missing ?? '`Upgrade: websocket` or `Connection: Upgrade`'}${old}: the proxy ${missing === undefined ? 'drops one of them or both' : 'does not pass it on'}.`,
    `${pass_on(name, path)}${lines[name] ? ` (${lines[name]})` : ''}; ${recipe}.`,
  ];
}

const unreached = {
  502: [
    'did not reach the server behind it, or was not understood by it',
    'Start that server, and look at its address and port in the proxy; the upgrade needs HTTP/1.1 towards it',
  ],
  503: [
    'has no server for it',
    'Start the server, and look whether the rule for this path names it (HAProxy: use-server or use_backend, not a `backup` server; an ACL for the host)',
  ],
  504: [
    'waited in vain for the server behind it',
    'Look whether that server hangs, and whether its port is the one that speaks HTTP',
  ],
};

/**
 * @param {object} answer       of open_socket, that is not open
 * @param {{path: string, who: string, is_who: (answer: object) => boolean, is_plain: (answer: object) => boolean}} server
 *   `is_plain`: that server's own answer to a request that is no upgrade; `is_who`: any answer of it
 * @returns {[id: string, text: string, todo: string] | undefined} undefined: this machine's own trouble
 */
export function why_no_upgrade(answer, { path, who, is_who, is_plain }) {
  const { status, error, headers = {} } = answer;
  if (error) {
    if (is_here(error)) return undefined;
    if (/Upgrade header|Sec-WebSocket-Accept/i.test(error.message))
      return [
        'upgrade-answer',
        `${path}: 101 came without its ${/Accept/.test(error.message) ? '`Sec-WebSocket-Accept`' : '`Upgrade: websocket`'} header (${error.message}).`,
        `Let the proxy pass the headers of the answer on as they are; ${recipe}.`,
      ];
    return [
      'upgrade-broken',
      `${path}: no answer to the upgrade: ${word_of(error)}.`,
      'Look at the proxy’s log, and whether the server behind it runs; a request that hangs has a rule that waits for a body or a wrong port.',
    ];
  }
  if (is_plain(answer)) return headers_lost(answer, path, who);
  if (unreached[status]) {
    const [what, todo] = unreached[status];
    const name = name_of(headers) ?? (is_haproxy(answer) ? 'HAProxy' : 'the proxy');
    return [`upgrade-${status}`, `${path}: ${status}: ${name} ${what}.`, `${todo}.`];
  }
  if (is_who(answer))
    return [
      'upgrade-refused',
      `${path}: ${who} refused it with ${status}${answer.text ? ` ("${answer.text.trim().slice(0, 120)}")` : ''}.`,
      'Look at its log.',
    ];
  const by = name_of(headers);
  return [
    'upgrade-route',
    `${path}: the request went to another server, which answered ${status}${by ? ` (${by})` : ''}${/html/.test(headers['content-type'] ?? '') ? ' with a web page' : ''}: a wrong route.`,
    `Send ${path} to ${who}, before the rule for everything else; ${recipe}.`,
  ];
}
