// A real HAProxy before a page's server and the server of the back end `hal`, as a shop has them: one host name, TLS that ends here,
// HTTP/2 for the page, and a choice for each request. A page's browser may open its WebSocket over HTTP/2 too; HAProxy then asks the
// server over HTTP/1.1 and writes the two headers itself.
//
// It is a WebSocket only where `Connection` has upgrade in it *and* `Upgrade` is websocket: two ACLs of two names, both wanted by one
// `use-server`. The wrong ways are those that were met:
//
//   one_name     both ACLs under one name, so that either header is enough: a `Connection: Upgrade` of something else goes astray, while
//                WebSockets still pass
//   backup       no `use-server`: the WebSocket server is a backup, which gets nothing while the page's server lives
//   no_host      no ACL for the host: all of it goes to another backend, where nobody is
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start_on_leash } from '../leash.mjs';
import { free_port, until_listening } from '../network/ports.mjs';
import { make_certificate, openssl_missing } from '../proxies/certificate.mjs';

const haproxy = '/usr/sbin/haproxy';

/** Why there is none here, or undefined. */
export function hal_proxy_missing() {
  if (!existsSync(haproxy)) return 'HAProxy is missing: tools/setup installs it';
  return openssl_missing();
}

const host = 'localhost';

const two_names = `
  acl asks_upgrade hdr(Connection) -m sub -i upgrade
  acl asks_websocket hdr(Upgrade) -i websocket
  use-server socket if asks_upgrade asks_websocket`;
const one_name = `
  acl asks_websocket hdr(Connection) -m sub -i upgrade
  acl asks_websocket hdr(Upgrade) -i websocket
  use-server socket if asks_websocket`;

/** Weight 0: what no rule sends there never comes there. */
const routes = {
  good: { by_host: true, rules: two_names, socket_server: 'weight 0' },
  one_name: { by_host: true, rules: one_name, socket_server: 'weight 0' },
  backup: { by_host: true, rules: '', socket_server: 'backup' },
  no_host: { by_host: false, rules: two_names, socket_server: 'weight 0' },
};

const config = ({ by_host, rules, socket_server }, { port, pem, page_port, hal_port, idle_ms }) => `
defaults
  mode http
  timeout connect 5s
  timeout client ${idle_ms}ms
  timeout server ${idle_ms}ms
  timeout tunnel ${idle_ms}ms
frontend shop
  bind 127.0.0.1:${port} ssl crt ${pem} alpn h2,http/1.1
  ${by_host ? `acl for_hal req.hdr(host),field(1,:) -i ${host}\n  use_backend hal if for_hal` : ''}
  default_backend elsewhere
backend elsewhere
backend hal${rules}
  server page 127.0.0.1:${page_port}
  server socket 127.0.0.1:${hal_port} ${socket_server}
`;

/**
 * @param {object} options
 * @param {number} options.page_port  of the page's server
 * @param {number} options.hal_port
 * @param {keyof routes} [options.route]
 * @param {number} [options.idle_ms]  how long nothing may pass before it ends a connection or says 504: an hour as it should be; met were 5 to 30 s
 */
export async function start_hal_proxy({ page_port, hal_port, route = 'good', idle_ms = 3_600_000 }) {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-hal-proxy-'));
  const file = join(folder, 'haproxy.cfg');
  const { pem, certificate } = make_certificate(folder);
  const port = await free_port();
  const write = (name) =>
    writeFileSync(file, config(routes[name], { port, pem, page_port, hal_port, idle_ms }));
  let running;
  const start = async () => {
    running = start_on_leash([haproxy, '-db', '-q', '-f', file]);
    await Promise.race([
      until_listening(port),
      running.ended.then((code) => {
        throw new Error(`HAProxy ended with ${code}\n${running.output()}`);
      }),
    ]);
  };
  const stop = () => running.close();
  write(route);
  await start();
  return {
    port,
    url: `https://${host}:${port}`,
    socket_url: `wss://${host}:${port}`,
    certificate,
    stop,
    start,
    /** Restarts it with another route at the same port, as somebody who changes the file does. @param {keyof routes} name */
    async reroute(name) {
      await stop();
      write(name);
      await start();
    },
    async close() {
      await stop();
      rmSync(folder, { recursive: true });
    },
  };
}
