// TZ-L1 and TZ-L2: what `npm run doctor` says of a WebSocket through a real HAProxy, nginx and Caddy that run from the recipes of tools/deploy,
// right and wrong, before the real gateway and a real LiveKit server. Its other findings are in tests/doctor.
import { createServer } from 'node:net';
import { find_command } from '../../tools/setup/debian.mjs';
import { consult } from '../rig/doctor.mjs';
import { gateway_missing } from '../rig/gateway.mjs';
import { livekit_missing, start_livekit_server } from '../rig/livekit/server.mjs';
import { shop_html, start_shop, widget_tag } from '../rig/pages/shop_page.mjs';
import { openssl_missing } from '../rig/proxies/certificate.mjs';
import { start_proxy } from '../rig/proxies/proxy.mjs';
import { proxy_missing } from '../rig/proxies/recipes.mjs';
import { open_gateway } from '../rig/stage.mjs';

const both_sockets = ['/shopbell/v1/text', '/rtc'];
const unchecked = [' check\n', '\n'];

/** Of HAProxy: what somebody wrote after the frontend's name. */
const with_rule = (rule) => [['frontend chat\n', `frontend chat\n  ${rule}\n`]];
const inside = (text) => [
  ['      flush_interval -1', `      ${text}`].map((one) => one.replaceAll('      ', '\t\t\t')),
  ['reverse_proxy 127.0.0.1:7880', `reverse_proxy 127.0.0.1:7880 {\n\t\t\t${text}\n\t\t}`],
];

/**
 * What went wrong in a recipe, which finding both sockets have, and the words that say it of the gateway's. `to`: both servers' port is that of
 * a page's server, of a program that never answers, or nobody's.
 */
const wrong = {
  haproxy: {
    'a rule deletes Upgrade': {
      changes: with_rule('http-request del-header Upgrade'),
      id: 'upgrade-header',
      says: /without `Upgrade: websocket`:/,
    },
    'a rule deletes Connection': {
      changes: with_rule('http-request del-header Connection'),
      id: 'upgrade-header',
      says: /without `Connection: Upgrade`:/,
    },
    'a rule closes': {
      changes: with_rule('http-request set-header Connection close'),
      id: 'upgrade-header',
      says: /without `Connection: Upgrade`:/,
    },
    'all goes to the pages': {
      changes: [unchecked],
      to: 'pages',
      id: 'upgrade-route',
      says: /another server, which answered 404/,
    },
    'no server that lives': {
      changes: [unchecked],
      to: 'nobody',
      id: 'upgrade-503',
      says: /HAProxy has no server/,
    },
    'the server is a backup': {
      changes: [
        [
          '  server gateway 127.0.0.1:8787 check',
          '  server pages 127.0.0.1:PAGES\n  server gateway 127.0.0.1:8787 backup',
        ],
        [
          '  server livekit 127.0.0.1:7880 check',
          '  server pages 127.0.0.1:PAGES\n  server livekit 127.0.0.1:7880 backup',
        ],
        ['  option httpchk GET /api/chatkit/agent\n', ''],
        ['  option httpchk GET /\n', ''],
      ],
      id: 'upgrade-route',
      says: /wrong route/,
    },
    'the server hangs': {
      changes: [unchecked, ['timeout server 60s', 'timeout server 1s']],
      to: 'hangs',
      id: 'upgrade-504',
      says: /waited in vain/,
    },
  },
  nginx: {
    'no line for Upgrade': {
      changes: [['  proxy_set_header Upgrade $http_upgrade;\n', '']],
      id: 'upgrade-header',
      says: /without `Upgrade: websocket`:.*proxy_set_header Upgrade/,
    },
    'no line for Connection': {
      changes: [['  proxy_set_header Connection $shopbell_connection;\n', '']],
      id: 'upgrade-header',
      says: /without `Connection: Upgrade`:/,
    },
    'no line at all': {
      changes: [
        ['  proxy_http_version 1.1;\n', ''],
        ['  proxy_set_header Upgrade $http_upgrade;\n', ''],
        ['  proxy_set_header Connection $shopbell_connection;\n', ''],
      ],
      id: 'upgrade-header',
      says: /without `Upgrade: websocket` and `Connection: Upgrade` and over HTTP\/1\.0/,
    },
    'no location': {
      changes: [
        ['location /shopbell/v1/', 'location /shopbell/v0/'],
        ['(?:rtc|twirp)', '(?:twirp)'],
      ],
      id: 'upgrade-route',
      says: /404 \(nginx\) with a web page/,
    },
    'nobody behind it': { to: 'nobody', id: 'upgrade-502', says: /nginx did not reach/ },
    'the server hangs': {
      changes: [['proxy_read_timeout 1h', 'proxy_read_timeout 1s']],
      to: 'hangs',
      id: 'upgrade-504',
      says: /waited in vain/,
    },
  },
  caddy: {
    'Upgrade is taken away': {
      changes: inside('header_up -Upgrade'),
      id: 'upgrade-header',
      says: /without `Upgrade: websocket`:.*header_up/,
    },
    'Connection is taken away': {
      changes: inside('header_up -Connection'),
      id: 'upgrade-header',
      says: /without `Connection: Upgrade`:/,
    },
    'no handle': {
      changes: [
        ['path /shopbell/v1/* /api/*', 'path /api/*'],
        ['path /rtc /rtc/* /twirp/*', 'path /twirp/*'],
      ],
      id: 'upgrade-route',
      says: /404 \(Caddy\)/,
    },
    'nobody behind it': { to: 'nobody', id: 'upgrade-502', says: /Caddy did not reach/ },
  },
};

async function open_parts(t) {
  for (const missing of [gateway_missing(), openssl_missing(), livekit_missing({ own: true })])
    if (missing) t.skip(missing);
  const gateway = await open_gateway(t, { trustProxy: true });
  const livekit = await start_livekit_server({ tcp: true });
  t.defer(livekit.close);
  const pages = await start_shop({});
  t.defer(pages.close);
  const hangs = createServer((socket) => socket.on('error', () => {}));
  await new Promise((resolve) => hangs.listen(0, '127.0.0.1', resolve));
  t.defer(() => hangs.close());
  const ports = { pages: Number(new URL(pages.url).port), hangs: hangs.address().port, nobody: 9 };
  return { t, gateway, livekit, ports };
}

/** @returns {Promise<object>} what the doctor says of a shop whose chat is behind this proxy */
async function ask_through(
  { gateway, livekit, ports },
  name,
  { changes = [], to } = {},
  only = 'upgrade,signal',
) {
  const proxy = await start_proxy(name, {
    gateway_port: ports[to] ?? gateway.port,
    livekit_port: ports[to] ?? livekit.port,
    changes: changes.map(([from, wrongly]) => [from, wrongly.replaceAll('PAGES', `${ports.pages}`)]),
  });
  const attributes = { 'api-url': proxy.url, 'api-key': 'demo', backend: 'shopbell', voice: 'backend' };
  // The widget's files are asked of the gateway itself: here it is about the sockets.
  const shop = await start_shop({ '/': { html: shop_html(widget_tag(gateway.url, attributes)) } });
  try {
    const keys = ['--api-key', livekit.key, '--api-secret', livekit.secret];
    return await consult(
      [shop.url, '--livekit-url', proxy.url.replace('https', 'wss'), ...keys, '--only', only],
      { trust: proxy.certificate.certificate_file },
    );
  } finally {
    await shop.close();
    await proxy.close();
  }
}

async function right(parts, name) {
  const { t } = parts;
  const outcome = await ask_through(parts, name, {}, 'tls,upgrade,chat,idempotency,signal,ports');
  t.assert.equal(outcome.exit, 0, `${name}, as the recipe has it: ${outcome.output}`);
  const notes = outcome.results.flatMap((result) => result.notes).join('\n');
  for (const word of [
    /\/shopbell\/v1\/text: 101/,
    /\/shopbell\/v1\/voice: 101/,
    /\/rtc: 101/,
    /answered once/,
  ])
    t.assert.match(notes, word, name);
  t.log(`ok: ${name}: 101 on every socket, a message answered`);
}

async function is_named(parts, name, what, fault) {
  const { t } = parts;
  const outcome = await ask_through(parts, name, fault);
  const where = `${name}, ${what}: ${outcome.output}`;
  t.assert.equal(outcome.exit, 1, where);
  const told = outcome.told(fault.id).split('\n');
  for (const path of both_sockets)
    t.assert.ok(
      told.some((text) => text.startsWith(`${path}:`)),
      `${path} of ${where}`,
    );
  t.assert.match(told[0], fault.says, where);
  t.log(`ok: ${name}, ${what}: ${told[0].slice(0, 90)}…`);
}

export const rows = {
  'TZ-L1': {
    limit_s: 240,
    async run(t) {
      const parts = await open_parts(t);
      const absent = Object.keys(wrong).map(proxy_missing).filter(Boolean);
      if (absent.length > 0) t.skip(absent.join('; '));
      for (const [name, faults] of Object.entries(wrong)) {
        await right(parts, name);
        for (const [what, fault] of Object.entries(faults)) await is_named(parts, name, what, fault);
      }
      if (!find_command('traefik'))
        t.log(
          'SKIPPED: Traefik is not on PATH, so tools/deploy/traefik is not run here (Debian has no package of it, and it cannot be built from its Go module: that lacks a module it replaces)',
        );
      else t.log('NOT TRIED: Traefik is on PATH, and no test runs its labels yet');
    },
  },

  'TZ-L2': {
    limit_s: 90,
    async run(t) {
      const parts = await open_parts(t);
      if (proxy_missing('haproxy')) t.skip(proxy_missing('haproxy'));
      const outcome = await ask_through(parts, 'haproxy', {}, 'signal');
      t.assert.equal(outcome.exit, 0, outcome.output);
      t.assert.match(outcome.output, /the server shows the participant/);
      t.assert.match(
        parts.livekit.log(),
        /"participant": ?"shopbell-doctor"/,
        "the server's own log has it, too",
      );

      // Several nodes that do not know of each other: who asks the one is in a room of the other.
      const other = await start_livekit_server();
      t.defer(other.close);
      const changes = [
        ['frontend chat\n', 'frontend chat\n  use_backend other if { path_beg /twirp/ }\n'],
        ['backend livekit\n', `backend other\n  server other 127.0.0.1:${other.port}\nbackend livekit\n`],
      ];
      const elsewhere = await ask_through(parts, 'haproxy', { changes }, 'signal');
      t.assert.deepEqual(elsewhere.ids, ['livekit-participant'], `livekit-participant: ${elsewhere.output}`);
    },
  },
};
