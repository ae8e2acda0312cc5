// HAProxy before the server of the back end `hal`: what passes through the right configuration, and what each wrong one does.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect as connect_http2 } from 'node:http2';
import { request as https_request } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { open_page } from '../rig/hal/raw_page.mjs';
import { hal_proxy_missing, start_hal_proxy } from '../rig/hal/proxy.mjs';
import { start_hal_server } from '../rig/hal/server.mjs';
import { sleep, until } from '../rig/widget.mjs';

const skip = hal_proxy_missing() ?? false;
if (skip) process.stderr.write(`rig: no test of HAProxy here: ${skip}\n`);

describe('HAProxy before hal', { skip, timeout: 60_000 }, () => {
  let hal;
  let page_server;
  let page_port;
  let proxy;
  before(async () => {
    hal = await start_hal_server();
    page_server = createServer((_, response) => response.end('the page'));
    // As a server of files does, which knows no upgrade.
    page_server.on('upgrade', (_, socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    });
    await new Promise((resolve) => page_server.listen(0, '127.0.0.1', resolve));
    page_port = page_server.address().port;
    proxy = await start_hal_proxy({ page_port, hal_port: hal.port });
  });
  after(async () => {
    await proxy?.close();
    await hal?.close();
    page_server?.closeAllConnections();
    page_server?.close();
  });

  const trusting = (of = proxy) => ({ ca: of.certificate });
  const open = (of = proxy) => open_page(of.socket_url, trusting(of));

  /** @returns {Promise<{status: number, text: string}>} */
  const get = (headers = {}) =>
    new Promise((resolve, reject) => {
      const request = https_request(proxy.url, { ...trusting(), headers, agent: false }, (response) => {
        let text = '';
        response.on('data', (piece) => (text += piece));
        response.on('end', () => resolve({ status: response.statusCode, text }));
      });
      request.on('error', reject).end();
    });

  /** One request over HTTP/2: its status and the first bytes of its body. */
  async function over_http2(t, headers) {
    const session = connect_http2(proxy.url, trusting());
    t.after(() => session.destroy());
    const settings = await new Promise((resolve, reject) =>
      session.once('remoteSettings', resolve).once('error', reject),
    );
    const stream = session.request(headers, { endStream: !headers[':protocol'] });
    const head = await new Promise((resolve, reject) =>
      stream.once('response', resolve).once('error', reject),
    );
    const text = await new Promise((resolve) => stream.once('data', (piece) => resolve(String(piece))));
    return { settings, alpn: session.alpnProtocol, status: head[':status'], text };
  }

  async function passes(of = proxy) {
    const page = await open(of);
    await page.hears('connected');
    page.says({ type: 'text_input', text: 'hello' });
    const { text } = await page.hears('response');
    await page.close();
    return text === 'Hello! How can I help you today?';
  }

  test('a WebSocket passes through the right one, each time, and the page comes from its own server', async () => {
    for (let i = 0; i < 4; i += 1) {
      assert.ok(await passes(), 'a WebSocket goes to the gateway');
      assert.deepEqual(await get(), { status: 200, text: 'the page' }, 'a page goes to its server');
    }
  });

  test('the page comes over HTTP/2, and so may the WebSocket', async (t) => {
    const page = await over_http2(t, { ':path': '/' });
    assert.equal(page.alpn, 'h2');
    assert.equal(page.text, 'the page');
    assert.ok(page.settings.enableConnectProtocol, 'HAProxy offers WebSockets over HTTP/2');
    const socket = await over_http2(t, {
      ...{ ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'https' },
      ...{ ':authority': `localhost:${proxy.port}`, ':path': '/', 'sec-websocket-version': '13' },
    });
    assert.equal(socket.status, 200);
    assert.match(socket.text, /"connected"/);
  });

  test('either header alone does not lead to the gateway', async () => {
    assert.equal((await get({ connection: 'Upgrade' })).text, 'the page');
    assert.equal((await get({ connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' })).status, 501);
  });

  test('two ACLs of one name: either header alone leads to the gateway', async () => {
    await proxy.reroute('one_name');
    assert.equal((await get({ connection: 'Upgrade' })).status, 426);
    assert.equal((await get()).text, 'the page');
    assert.ok(await passes(), 'a WebSocket has both headers and passes all the same');
  });

  test('a gateway that is a backup without a rule gets no WebSocket while the page has a server', async () => {
    await proxy.reroute('backup');
    await assert.rejects(open(), /501/);
    assert.equal((await get()).text, 'the page');
  });

  test('without an ACL for the host no WebSocket passes', async () => {
    await proxy.reroute('no_host');
    await assert.rejects(open(), /503/);
    assert.equal((await get()).status, 503);
  });

  test('a route that is mended lets WebSockets pass again', async () => {
    await proxy.reroute('good');
    assert.ok(await passes());
  });

  test('a proxy that ends takes the connections with it, and is back at the same port', async () => {
    const page = await open();
    await page.hears('connected');
    await proxy.stop();
    assert.equal(await page.closed(), 1006);
    await assert.rejects(open(), /ECONNREFUSED/);
    await proxy.start();
    assert.ok(await passes());
  });

  test('a gateway that is gone is 503, and 502 where it is there and refuses so', async () => {
    await hal.stop();
    await assert.rejects(open(), /503/);
    await hal.start();
    hal.opening({ status: 502 });
    await assert.rejects(open(), /502/);
    hal.opening();
    assert.ok(await passes());
  });

  test('a short timeout ends a quiet WebSocket, and a slow start is 504', async (t) => {
    const short = await start_hal_proxy({ page_port, hal_port: hal.port, idle_ms: 1_000 });
    t.after(short.close);
    const from_ms = performance.now();
    const page = await open(short);
    await page.hears('connected');
    assert.equal(await page.closed(), 1006);
    assert.ok(performance.now() - from_ms >= 999);
    hal.opening({ delay_ms: 3_000 });
    await assert.rejects(open(short), /504/);
    hal.opening();
  });

  test('a quiet WebSocket lives on where the timeout is an hour', async () => {
    const page = await open();
    await page.hears('connected');
    await sleep(1_000);
    assert.equal(page.code, undefined);
    page.says({ type: 'text_input', text: 'still there' });
    await page.hears('response');
    await page.close();
    await until('nobody left', () => hal.sessions().length === 0);
  });
});
