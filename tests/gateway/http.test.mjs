// What surrounds the API: CORS, files, status, metrics, logs, and garbage on the wire.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Writable } from 'node:stream';
import test from 'node:test';
import {
  apiPath,
  ask,
  bodyOf,
  gatewayFor,
  post,
  rawRequest,
  shopOrigin,
  stream,
  temporaryFolder,
  until,
} from './helpers.mjs';

const preflight = (gateway, origin) =>
  fetch(gateway.url + apiPath, {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type,x-api-key,idempotency-key',
    },
  });

test('a preflight lists every header that the widget sends', async (t) => {
  const gateway = await gatewayFor(t, { allowedOrigins: ['https://shop.example'] });
  for (const origin of [
    shopOrigin,
    'http://127.0.0.1:5000',
    'https://localhost',
    'http://[::1]:9',
    'https://shop.example',
  ]) {
    const response = await preflight(gateway, origin);
    assert.equal(response.status, 204, origin);
    assert.equal(response.headers.get('access-control-allow-origin'), origin);
    assert.equal(response.headers.get('vary'), 'Origin');
    assert.equal(response.headers.get('access-control-max-age'), '7200');
    assert.match(response.headers.get('access-control-allow-methods'), /POST/);
    const allowed = response.headers.get('access-control-allow-headers').split(', ');
    for (const name of [
      'Content-Type',
      'X-API-Key',
      'Authorization',
      'Idempotency-Key',
      'X-Client-Source',
      'Last-Event-ID',
    ])
      assert.ok(allowed.includes(name), name);
    const exposed = response.headers.get('access-control-expose-headers');
    for (const name of ['Retry-After', 'X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'])
      assert.ok(exposed.includes(name));
  }
});

test('a page of another origin can read that it is refused, and nothing else', async (t) => {
  const gateway = await gatewayFor(t, { allowedOrigins: ['https://shop.example'] });
  for (const origin of [
    'https://elsewhere.example',
    'http://shop.example',
    'https://localhost.elsewhere.example',
    'https://notlocalhost',
    'null',
    'file://',
    'x',
  ]) {
    const asked = await preflight(gateway, origin);
    assert.equal(asked.status, 204, origin);
    const refused = await post(gateway, bodyOf('hello'), { headers: { Origin: origin } });
    assert.equal(refused.status, 403, origin);
    for (const { headers } of [asked, refused]) {
      assert.equal(headers.get('access-control-allow-origin'), '*');
      assert.equal(headers.get('access-control-allow-credentials'), null);
    }
  }
  const closed = await gatewayFor(t, { allowLocalhost: false });
  assert.equal((await post(closed, bodyOf('hello'), { headers: { Origin: shopOrigin } })).status, 403);
});

test('widget files have their types, are open to every origin and are asked for by ETag', async (t) => {
  const filesDir = temporaryFolder(t);
  const types = {
    'shopbell.js': /^(text|application)\/javascript/,
    'core.wasm': /^application\/wasm$/,
    'app.js.map': /^application\/json/,
  };
  for (const name of Object.keys(types)) writeFileSync(path.join(filesDir, name), 'content');
  writeFileSync(path.join(filesDir, '.secret'), 'content');
  const gateway = await gatewayFor(t, { filesDir });
  for (const [name, type] of Object.entries(types)) {
    const response = await fetch(`${gateway.url}/${name}`, {
      headers: { Origin: 'https://anywhere.example' },
    });
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type'), type);
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    assert.equal(response.headers.get('cross-origin-resource-policy'), 'cross-origin');
    const etag = response.headers.get('etag');
    assert.ok(etag);
    // Not by fetch, which adds Cache-Control: no-cache to a conditional request.
    const again = await rawRequest(gateway, {
      method: 'GET',
      path: `/${name}`,
      headers: { 'If-None-Match': etag },
    });
    assert.equal(again.status, 304);
  }
  for (const target of ['/nothing.js', '/.secret', '/../package.json', '/%2e%2e/package.json', '/%00', '/'])
    assert.ok(
      [400, 403, 404].includes((await rawRequest(gateway, { method: 'GET', path: target })).status),
      target,
    );
});

test('/status and /metrics count what happened', async (t) => {
  const gateway = await gatewayFor(t);
  await ask(gateway, 'hello');
  await (await stream(gateway, 'hello', { headers: { 'Idempotency-Key': 'k' } })).text();
  await (await stream(gateway, 'hello', { headers: { 'Idempotency-Key': 'k' } })).text();
  await post(gateway, '{');
  const status = await (await fetch(`${gateway.url}/status`)).json();
  assert.deepEqual(
    [status.status, status.sessions, status.turns, status.running_answers, status.assistant],
    ['running', 1, 2, 0, 'shopbell-catalogue-1'],
  );
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  for (const line of [
    'shopbell_turns_accepted_total 2',
    'shopbell_turns_ended_total{outcome="answered"} 2',
    'shopbell_repeated_keys_total 1',
    'shopbell_streams_total 2',
    'shopbell_refused_total{status="400"} 1',
    'shopbell_turns 2',
    'shopbell_running_answers 0',
  ])
    assert.ok(metrics.split('\n').includes(line), line);
});

test('requests are recorded for tests', async (t) => {
  const gateway = await gatewayFor(t);
  await ask(gateway, 'hello');
  const [request] = gateway.requests;
  await until(() => request.status !== null);
  assert.deepEqual(
    [request.method, request.path, request.status, request.body.message],
    ['POST', apiPath, 200, 'hello'],
  );
  assert.equal(request.headers.origin, shopOrigin);
});

test('no message, key, e-mail address or session id reaches the log', async (t) => {
  let log = '';
  const logStream = new Writable({ write: (bytes, encoding, done) => ((log += bytes), done()) });
  const gateway = await gatewayFor(t, { logLevel: 'debug', logStream, apiKeys: ['MARK-key'] });
  const headers = {
    'X-API-Key': 'MARK-key',
    'Idempotency-Key': 'MARK-idem',
    'X-Client-Source': 'MARK@mail.example',
  };
  const body = bodyOf('MARK-message MARK@mail.example', {
    sessionId: 'MARK-session',
    history: [{ role: 'user', content: 'MARK-history' }],
  });
  await (await post(gateway, body, { headers })).text();
  await (await post(gateway, { ...body, message: 'MARK-other' }, { headers })).text();
  await (await post(gateway, '{"MARK-bad', { headers })).text();
  await (await fetch(`${gateway.url}/MARK-path?token=MARK-query`)).text();
  await until(() => log.split('\n').filter((line) => line.includes('"request"')).length === 4);
  assert.ok(!log.includes('MARK'), log);
  for (const line of log.trim().split('\n')) JSON.parse(line);
});

/** Writes bytes to a socket and resolves with what came back until it closed. */
function onSocket(gateway, bytes) {
  return new Promise((resolve) => {
    let answer = '';
    const socket = net.connect(gateway.port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (data) => (answer += data));
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

test('garbage, cut and slow requests are ended, and the gateway lives on', async (t) => {
  const gateway = await gatewayFor(t, { requestTimeoutMs: 300, bodyBytesMax: 4096 });
  const head = `POST ${apiPath} HTTP/1.1\r\nHost: x\r\nX-API-Key: demo\r\n`;
  const answers = await Promise.all([
    onSocket(gateway, '\x16\x03\x01 this is no HTTP\r\n\r\n'),
    onSocket(gateway, `GET ${apiPath} HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n`),
    onSocket(gateway, `${head}Content-Length: 9999999\r\n\r\n`),
    onSocket(gateway, `${head}Content-Length: 50\r\n\r\n{"sess`),
    onSocket(gateway, `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
    onSocket(gateway, `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`),
  ]);
  assert.deepEqual(
    answers.map((answer) => answer.slice(9, 12)),
    ['400', '400', '413', '408', '400', '431'],
  );
  assert.equal((await ask(gateway, 'hello')).status, 200);
});

/** One request as these bytes. @returns {Promise<string>} what came back until the gateway closed */
const rawAnswer = (t, gateway, text) =>
  new Promise((resolve, reject) => {
    const socket = net.connect(gateway.port, '127.0.0.1', () => socket.write(text));
    t.after(() => socket.destroy());
    let answer = '';
    socket.on('data', (bytes) => (answer += bytes));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });

test('an upgrade that is no WebSocket is passed over', async (t) => {
  const gateway = await gatewayFor(t);
  const body = JSON.stringify(bodyOf('hello'));
  const offer = 'Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';
  const health = await rawAnswer(t, gateway, `GET ${apiPath} HTTP/1.1\r\nHost: x\r\n${offer}\r\n`);
  assert.match(health, /^HTTP\/1.1 200 .*"healthy"/s);
  const head = `POST ${apiPath} HTTP/1.1\r\nHost: x\r\nX-API-Key: demo\r\nContent-Length: ${body.length}\r\n`;
  assert.match(await rawAnswer(t, gateway, `${head}${offer}\r\n${body}`), /^HTTP\/1.1 200 .*"response"/s);
});

test('two hosts are none', async (t) => {
  const gateway = await gatewayFor(t);
  for (const more of ['', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'])
    for (const path of [apiPath, '/shopbell/v1/text', '/shopbell.js'])
      assert.match(
        await rawAnswer(
          t,
          gateway,
          `GET ${path} HTTP/1.1\r\nHost: a\r\nHost: b\r\n${more || 'Connection: close\r\n'}\r\n`,
        ),
        /^HTTP\/1.1 400 /,
      );
});

test('a body of any content type is read as JSON', async (t) => {
  const gateway = await gatewayFor(t);
  for (const type of ['text/plain', 'application/octet-stream', 'application/json; charset=latin1'])
    assert.equal(
      (await post(gateway, bodyOf('hello'), { headers: { 'Content-Type': type } })).status,
      200,
      type,
    );
});
