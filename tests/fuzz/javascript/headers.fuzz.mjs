// What a request's head decides: the voice socket's address, whose page it is, and which form of answer it wants.
import assert from 'node:assert/strict';
import { corsHeaders, isLocalhost, originAllowed } from '../../../tools/gateway/http/cors.mjs';
import { prefersEventStream } from '../../../tools/gateway/http/sse.mjs';
import { voicePath, voiceUrl } from '../../../tools/gateway/sockets/upgrade.mjs';

const shop = 'https://shop.example';
const head = {
  host: 'chat.example',
  origin: shop,
  accept: 'text/event-stream;q=0.9, application/json',
  'x-forwarded-host': 'chat.example:8443, proxy',
  'x-forwarded-proto': 'https',
};
export const seeds = [
  head,
  { host: '[::1]:8080', origin: 'http://localhost:3000', accept: '*/*' },
  { host: '127.0.0.1:1', origin: 'http://127.0.0.1' },
  { host: 'chat.example', origin: 'null', 'x-forwarded-host': 'x@y/z', 'x-forwarded-proto': 'HTTPS' },
].map((one) => JSON.stringify(one));

/** As node gives them: texts of latin1 without line ends, or nothing. */
const headers_of = (value) =>
  Object.fromEntries(
    Object.entries(value ?? {})
      .filter(([, text]) => typeof text === 'string')
      .map(([name, text]) => [name, text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '')]),
  );

export function one(bytes) {
  let headers;
  try {
    headers = headers_of(JSON.parse(bytes.toString('utf8')));
  } catch {
    return 'no headers';
  }
  const outcomes = [];
  for (const trustProxy of [false, true]) {
    const config = { trustProxy, allowedOrigins: [shop], allowLocalhost: trustProxy };
    const address = voiceUrl(headers, config);
    if (address !== '') {
      // What a page is told to open is a socket of that host and no more.
      const { protocol, username, password, search, hash } = /^wss?:\/\/[^/]*\/[^?#@]*$/.test(address)
        ? { protocol: address.split('//')[0], username: '', password: '', search: '', hash: '' }
        : new URL(address);
      assert.ok(['ws:', 'wss:'].includes(protocol) && username + password + search + hash === '', address);
      assert.ok(address.endsWith(voicePath) && !/[\s"'<>\\]/.test(address), address);
    }
    const allowed = originAllowed(headers.origin, config);
    if (allowed && headers.origin !== undefined && headers.origin !== shop)
      assert.ok(config.allowLocalhost && isLocalhost(headers.origin), headers.origin);
    const told = corsHeaders(headers.origin, config);
    // One that is not allowed may read that it is not, without anybody's cookies.
    assert.equal(told['Access-Control-Allow-Origin'], allowed ? headers.origin : '*');
    assert.equal(
      told['Access-Control-Allow-Credentials'] === 'true',
      allowed && headers.origin !== undefined,
    );
    outcomes.push(address.replace(/\/\/.*/, ''), allowed, headers.origin === undefined);
  }
  return `${outcomes} ${prefersEventStream(headers.accept)}`;
}
