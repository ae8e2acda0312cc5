// What the doctor finds at back ends: real ones that are set wrong, and where no healthy one can have the fault, a server of one answer.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { consult } from '../rig/doctor.mjs';
import { start_hal_server } from '../rig/hal/server.mjs';
import { free_port } from '../rig/network/ports.mjs';
import { assert_found, for_this_file, new_gateway, server_of, visit } from './stage.mjs';

const gateway = await new_gateway();
const chat = ['--only', 'chat'];
const json = (response, status, body, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** A back end that answers one path as it is told; the widget's files are the gateway's. */
const at = async (answer) => ({ 'api-url': (await server_of(answer)).url });

test('a wrong key, over both back ends of the gateway', async () => {
  for (const backend of ['chatkit', 'shopbell'])
    assert_found(
      await visit({ gateway, tag: { backend, 'api-key': 'wrong' } }, chat),
      'chat-key',
      /"wrong"/,
      /API_KEYS/,
    );
  assert_found(await visit({ gateway, tag: { 'api-key': undefined } }, chat), 'chat-key', /data-api-key/);
});

test('an origin that is not let in, over both', async () => {
  const strict = await new_gateway({ allowLocalhost: false, allowedOrigins: ['https://shop.example'] });
  for (const backend of ['chatkit', 'shopbell'])
    assert_found(await visit({ gateway: strict, tag: { backend } }, chat), 'chat-origin', /ALLOWED_ORIGINS/);
});

test('CORS: no preflight, another origin, a header that is missing; and nobody there', async () => {
  const cors = ['--only', 'cors'];
  const preflight = (headers, status = 204) => at((_, response) => response.writeHead(status, headers).end());
  assert_found(await visit({ gateway, tag: await preflight({}, 405) }, cors), 'cors-preflight', /405/);
  assert_found(await visit({ gateway, tag: await preflight({}) }, cors), 'cors-origin', /no other origin/);
  assert_found(
    await visit(
      { gateway, tag: await preflight({ 'access-control-allow-origin': 'https://other.example' }) },
      cors,
    ),
    'cors-origin',
    /https:\/\/other\.example/,
  );
  const some = {
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'content-type, x-api-key',
  };
  assert_found(await visit({ gateway, tag: await preflight(some) }, cors), 'cors-headers', /idempotency-key/);
  const nobody = { 'api-url': `http://localhost:${await free_port()}` };
  assert_found(await visit({ gateway, tag: nobody }, cors), 'api-unreachable', /nobody listens/);
  assert_found(await visit({ gateway, tag: nobody }, chat), 'chat-unreachable');
});

test('a path that leads elsewhere, a back end that is down, a limit, a status of no meaning', async () => {
  const page = await at((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Shop</h1>'),
  );
  assert_found(await visit({ gateway, tag: page }, chat), 'chat-unreadable', /web page/);
  for (const [status, id] of [
    [404, 'chat-route'],
    [503, 'chat-down'],
    [429, 'chat-limit'],
    [418, 'chat-status'],
  ])
    assert_found(
      await visit(
        { gateway, tag: await at((_, response) => json(response, status, { message: 'no' })) },
        chat,
      ),
      id,
      new RegExp(`${status}`),
    );
});

const events = (parts) =>
  parts.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join('');

test('an answer that fails, that is cut off, that a proxy holds back', async () => {
  const stream = (write) =>
    at((request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      write(response);
    });
  const failed = await stream((response) => response.end(events([['error', { error: 'no model' }]])));
  assert_found(await visit({ gateway, tag: failed }, chat), 'chat-failed', /no model/);
  const cut = await stream((response) => response.end(events([['delta', { text: 'Hel' }]])));
  assert_found(await visit({ gateway, tag: cut }, chat), 'chat-unreadable', /before its last word/);
  const words = Array.from({ length: 6 }, (_, i) => ['delta', { text: `word ${i} ` }]);
  const held = await stream((response) =>
    setTimeout(() => response.end(events([...words, ['done', { response: 'all' }]])), 300),
  );
  assert_found(await visit({ gateway, tag: held }, chat), 'chat-held-back', /proxy_buffering off/);
});

test('the same id twice: two answers, and a server that knows no ids', async () => {
  const twice = ['--only', 'idempotency'];
  let count = 0;
  const counting = await at((_, response) => json(response, 200, { response: `answer ${(count += 1)}` }));
  assert_found(await visit({ gateway, tag: counting }, twice), 'answered-twice', /data-idempotency="off"/);
  const echoing = await at(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    json(response, 200, { response: `You said: ${JSON.parse(Buffer.concat(parts)).message}` });
  });
  assert_found(await visit({ gateway, tag: echoing }, twice), 'key-unknown', /Idempotency-Key/);
  const constant = await at((_, response) => json(response, 200, { response: 'Hello.' }));
  assert.equal((await visit({ gateway, tag: constant }, twice)).exit, 2, 'what cannot be told is not told');
});

test('shopbell: said twice and answered once; the question is no shopper’s', async () => {
  const before = await (await fetch(`${gateway.url}/status`)).json();
  const outcome = await visit({ gateway, tag: { backend: 'shopbell', voice: 'backend' } });
  assert.equal(outcome.exit, 0, outcome.output);
  for (const name of ['upgrade', 'chat', 'idempotency']) assert.equal(outcome.result(name), 'well', name);
  assert.equal((await (await fetch(`${gateway.url}/status`)).json()).turns, before.turns);
});

test('hal: well, without a greeting, an address that is none of its own', async () => {
  const hal = await for_this_file(() => start_hal_server());
  const tag = { backend: 'hal', voice: 'backend', 'api-url': hal.url.replace('ws', 'http') };
  const well = await visit({ gateway, tag });
  assert.equal(well.exit, 0, well.output);
  hal.opening({ greet_ms: 60_000 });
  assert_found(await visit({ gateway, tag }, chat), 'chat-unreadable', /no greeting/);
  assert_found(
    await visit({ gateway, tag: { backend: 'hal', 'api-url': `http://localhost:${await free_port()}` } }),
    'upgrade-broken',
    /nobody listens/,
  );
});

test('an AG-UI agent: a whole run, one with an error, none', async () => {
  const run = (types) =>
    at((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(types.map((type) => `data: {"type":"${type}"}\n\n`).join(''));
    });
  const ask = async (types) => visit({ gateway, tag: { backend: 'ag-ui', ...(await run(types)) } }, chat);
  assert.equal((await ask(['RUN_STARTED', 'TEXT_MESSAGE_CONTENT', 'RUN_FINISHED'])).exit, 0);
  assert_found(await ask(['RUN_STARTED', 'RUN_ERROR']), 'chat-failed');
  assert_found(await ask(['RUN_STARTED']), 'chat-unreadable', /before its last word/);
});

/** What no server of ours does after the request for an upgrade: it writes these lines and reads on. */
const upgrading = async (lines_of) => {
  const part = await server_of((_, response) => response.writeHead(404).end());
  part.server.on('upgrade', (request, socket) => {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.on('error', () => {}).resume();
    socket.write(`${lines_of(accept).join('\r\n')}\r\n\r\n`);
  });
  return { backend: 'shopbell', voice: 'backend', 'api-url': part.url };
};

test('an upgrade: 101 and no frame, 101 without its headers, a refusal of the gateway', async () => {
  const upgrade = ['--only', 'upgrade'];
  const agreed = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade'];
  for (const [id, word, lines_of] of [
    [
      'upgrade-silent',
      /no frame passes/,
      (accept) => [...agreed, 'Upgrade: websocket', `Sec-WebSocket-Accept: ${accept}`],
    ],
    [
      'upgrade-answer',
      /`Sec-WebSocket-Accept`/,
      () => [...agreed, 'Upgrade: websocket', 'Sec-WebSocket-Accept: no'],
    ],
    [
      'upgrade-answer',
      /`Upgrade: websocket`/,
      (accept) => [...agreed, 'Upgrade: other', `Sec-WebSocket-Accept: ${accept}`],
    ],
    [
      'upgrade-refused',
      /403.*full/,
      () => [
        'HTTP/1.1 403 Forbidden',
        'Content-Type: application/json',
        'Content-Length: 16',
        '',
        '{"error":"full"}',
      ],
    ],
  ])
    assert_found(await visit({ gateway, tag: await upgrading(lines_of) }, upgrade), id, word);
});

test('wrong calls end with 2 and say the usage', async () => {
  for (const args of [
    [],
    ['ftp://x'],
    [gateway.url, '--backend', 'x'],
    [gateway.url, '--api-key', 'x'],
    [gateway.url, '--only', 'x'],
    [gateway.url, '--x'],
  ])
    await assert.rejects(consult(args), /ended with 2 and said no JSON: doctor: .*usage: npm run doctor/s);
});
