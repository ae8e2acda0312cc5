// Certificates and plain http, behind real HAProxy: the recipe with a certificate that is wrong in one way.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { consult } from '../rig/doctor.mjs';
import { start_shop, shop_html, widget_tag } from '../rig/pages/shop_page.mjs';
import { start_proxy } from '../rig/proxies/proxy.mjs';
import { openssl_missing } from '../rig/proxies/certificate.mjs';
import { proxy_missing } from '../rig/proxies/recipes.mjs';
import { assert_found, new_gateway, server_of } from './stage.mjs';

const missing = proxy_missing('haproxy') ?? openssl_missing();
const needs = missing ? { skip: missing } : {};
const gateway = missing ? undefined : await new_gateway({ trustProxy: true });

async function behind(options, args = []) {
  const proxy = await start_proxy('haproxy', { gateway_port: gateway.port, ...options });
  try {
    return await consult(
      [`${proxy.url}/shopbell.js`, '--chat-key', 'demo', '--only', 'tls', ...args(proxy)],
      {
        trust: options.trusted === false ? undefined : proxy.certificate.certificate_file,
      },
    );
  } finally {
    await proxy.close();
  }
}
const plain = ({ plain_port }) => ['--http-port', `${plain_port}`];

test('a certificate that is right, and plain http that leads to https', needs, async () => {
  const outcome = await behind({}, plain);
  assert.equal(outcome.exit, 0, outcome.output);
  assert.match(outcome.output, /for 59 more days/);
  assert.match(outcome.output, /plain http leads to https/);
});

test('certificates: of nobody known, for another name, run out, and soon', needs, async () => {
  assert_found(await behind({ trusted: false }, plain), 'tls-certificate', /signed by itself/);
  assert_found(
    await behind({ certificate: { host: 'other.example' } }, plain),
    'tls-certificate',
    /another name/,
  );
  assert_found(await behind({ certificate: { days: -3 } }, plain), 'tls-certificate', /has run out/);
  assert_found(await behind({ certificate: { days: 5 } }, plain), 'tls-expires', /in 4 days/);
});

test('plain http is served instead of leading to https', needs, async () => {
  const changes = [['  http-request redirect scheme https code 301', '  default_backend gateway']];
  assert_found(await behind({ changes }, plain), 'http-without-redirect', /answered 200/, /301/);
});

test('no TLS on the port of https, and a chat on plain http that is not this machine', needs, async () => {
  const [port] = [gateway.port];
  assert_found(await consult([`https://localhost:${port}/shopbell.js`, '--only', 'tls']), 'page-unreachable');
  assert_found(await consult([`https://localhost:${port}/shopbell.js`, '--only', 'tls']), 'tls-handshake');
  // Loopback under a name that no browser takes for it.
  const far = `http://[::ffff:127.0.0.1]:${port}`;
  assert_found(await consult([`${far}/shopbell.js`, '--only', 'tls']), 'no-tls', /no microphone/);
});

const base64 = (object) => Buffer.from(JSON.stringify(object)).toString('base64url');

test('a page on https whose chat, and whose LiveKit, is on http', needs, async () => {
  const claims = { exp: Date.now() / 1_000 + 600, video: { roomJoin: true, room: 'r' } };
  const endpoint = await server_of((_, response) =>
    response.end(JSON.stringify({ url: 'ws://chat.example', token: `x.${base64(claims)}.x` })),
  );
  const tag = { 'api-url': endpoint.url, 'api-key': 'demo', voice: 'livekit' };
  const shop = await start_shop({ '/': { html: shop_html(widget_tag(gateway.url, tag)) } });
  after(shop.close);
  const proxy = await start_proxy('haproxy', {
    gateway_port: Number(new URL(shop.url).port),
    changes: [[' check', '']],
  });
  try {
    const outcome = await consult([`${proxy.url}/`, '--only', 'tls,token'], {
      trust: proxy.certificate.certificate_file,
    });
    assert_found(outcome, 'mixed-content', /https:\/\//);
    assert_found(outcome, 'token-mixed-content', /LIVEKIT_URL/);
  } finally {
    await proxy.close();
  }
});
