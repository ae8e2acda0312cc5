// Certificates of every host that a shopper's browser meets, and whether plain http leads to https.
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { ask, is_here, word_of } from '../ask.mjs';
import { is_local } from '../shop.mjs';

const days_min = 14;
const day_ms = 86_400_000;
const handshake_ms = 8_000;

const causes = {
  ERR_TLS_CERT_ALTNAME_INVALID: ['is for another name', 'Get one for this name, or put the name into it'],
  CERT_HAS_EXPIRED: ['has run out', 'Renew it and reload the server that has it'],
  CERT_NOT_YET_VALID: ['is not valid yet', "Look at this machine's clock and at the certificate's beginning"],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['is signed by itself', 'Get one from an authority that browsers know'],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'comes from an authority that browsers do not know',
    'Get one from another authority',
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'comes without the one that signed it',
    'Serve the whole chain (fullchain.pem), not the certificate alone',
  ],
};
causes.UNABLE_TO_GET_ISSUER_CERT_LOCALLY = causes.UNABLE_TO_VERIFY_LEAF_SIGNATURE;

/** @returns {Promise<{cause?: string, until?: Date, protocol?: string, error?: Error}>} */
function look_at({ hostname, port }) {
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '');
    const named = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
    const socket = connect({ host, port: Number(port) || 443, ...named, rejectUnauthorized: false });
    const done = (answer) => {
      clearTimeout(limit);
      socket.destroy();
      resolve(answer);
    };
    const limit = setTimeout(
      () => done({ error: new Error(`no TLS handshake within ${handshake_ms / 1_000} s`) }),
      handshake_ms,
    );
    socket.on('error', (error) => done({ error }));
    socket.once('secureConnect', () => {
      const { raw } = socket.getPeerCertificate();
      const cause = socket.authorized
        ? undefined
        : (socket.authorizationError?.code ?? `${socket.authorizationError}`);
      done({
        cause,
        until: raw && new Date(new X509Certificate(raw).validTo),
        protocol: socket.getProtocol(),
      });
    });
  });
}

async function certificate(url, shop, tell) {
  const { cause, until, protocol, error } = await look_at(url);
  if (error) {
    if (is_here(error))
      return tell.unknown(`${url.host}: ${word_of(error)}`, 'Look at the address and at this network.');
    return tell.finding(
      'tls-handshake',
      `${url.host} does no TLS handshake: ${word_of(error)}.`,
      'Give the server a certificate and TLS 1.2 or newer on this port, or open the port.',
    );
  }
  if (cause) {
    shop.distrusted.add(url.host);
    const [what, todo] = causes[cause] ?? [`is not trusted (${cause})`, 'Get one that browsers trust'];
    return tell.finding('tls-certificate', `The certificate of ${url.host} ${what}.`, `${todo}.`);
  }
  const days = Math.floor((until - Date.now()) / day_ms);
  if (days < days_min)
    return tell.finding(
      'tls-expires',
      `The certificate of ${url.host} runs out in ${days} days (${until.toISOString().slice(0, 10)}).`,
      'Renew it now, and see why that has not happened by itself.',
    );
  tell.well(`${url.host}: ${protocol}, a certificate for ${days} more days`);
}

async function redirect(url, shop, tell) {
  const http_port = shop.options['http-port'] ?? (url.port === '' ? '80' : undefined);
  if (!http_port) return;
  const plain = new URL(url);
  plain.protocol = 'http:';
  plain.port = http_port;
  const { status, headers, error } = await ask(plain, { signal: tell.signal, limit_ms: 5_000 });
  if (error) return tell.well('plain http is not served');
  const to =
    headers.location && URL.canParse(headers.location, plain) ? new URL(headers.location, plain) : undefined;
  if (status >= 300 && status < 400 && to?.protocol === 'https:')
    return tell.well('plain http leads to https');
  tell.finding(
    'http-without-redirect',
    `${plain} answered ${status} instead of leading to https.`,
    'Let port 80 answer every request with 301 to the same address on https.',
  );
}

export const tls = {
  name: 'tls',
  title: 'TLS',
  limit_s: 40,
  async run(shop, tell) {
    shop.distrusted = new Set();
    const urls = [shop.page?.url ?? shop.url, shop.tag?.src, shop.api, shop.livekit_url].filter(Boolean);
    const by_host = new Map(urls.map((url) => [url.host, url]));
    for (const url of by_host.values()) {
      if (/^(?:https|wss):$/.test(url.protocol)) await certificate(url, shop, tell);
      else if (is_local(url)) tell.passed_over(`${url.host} is this machine`);
      else
        tell.finding(
          'no-tls',
          `${url.origin} is plain http: browsers give no microphone there and anybody on the way can change the chat.`,
          'Serve it on https.',
        );
    }
    const page = shop.page?.url ?? shop.url;
    if (page.protocol === 'https:') await redirect(page, shop, tell);
  },
};
