// Each fault of the TCP proxy does what its name says, so that a failing row blames the widget and not its rig.
import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { start_tcp_proxy } from './tcp_proxy.mjs';
import { sleep, until } from '../widget.mjs';

let echo;
let proxy;
const at_server = new Set();
const opened = [];

before(async () => {
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    at_server.add(socket);
    socket.on('data', (bytes) => socket.write(bytes));
    socket.on('end', () => socket.end());
    socket.on('error', () => {});
    socket.on('close', () => at_server.delete(socket));
  });
  await new Promise((resolve) => echo.listen(0, '127.0.0.1', resolve));
  proxy = await start_tcp_proxy(echo.address().port);
});
after(async () => {
  for (const { socket } of opened) socket.destroy();
  await proxy.close();
  for (const socket of at_server) socket.destroy();
  await new Promise((resolve) => echo.close(resolve));
});
beforeEach(() => {
  proxy.thaw();
  proxy.shape();
});

async function open() {
  const page = { heard: Buffer.alloc(0), pieces: 0, code: '', ended: false };
  page.socket = connect(proxy.port, '127.0.0.1');
  page.socket.setNoDelay(true);
  page.socket.on('data', (bytes) => {
    page.heard = Buffer.concat([page.heard, bytes]);
    page.pieces += 1;
  });
  page.socket.on('error', ({ code }) => (page.code = code));
  page.socket.on('end', () => (page.ended = true));
  opened.push(page);
  await until('an opening', () => !page.socket.connecting);
  return page;
}
const echoed = (page, bytes) =>
  until(`${bytes} bytes`, () => page.heard.length >= bytes, { interval_ms: 2, timeout_ms: 5_000 });
async function timed(work) {
  const from_ms = performance.now();
  await work();
  return performance.now() - from_ms;
}

test('passes everything in order', async () => {
  const page = await open();
  const sent = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => i * 7));
  page.socket.write(sent);
  await echoed(page, sent.length);
  assert.deepEqual(page.heard, sent);
  page.socket.end();
  await until('the end', () => page.ended);
  await until('nothing left', () => proxy.connections() === 0);
});

test('latency, both ways', async () => {
  const page = await open();
  proxy.shape({ latency_ms: 60 });
  assert.ok((await timed(() => (page.socket.write('a'), echoed(page, 1)))) >= 118);
});

test('bandwidth, each way', async () => {
  const page = await open();
  proxy.shape({ bytes_per_s: 100_000 });
  const took_ms = await timed(() => (page.socket.write(Buffer.alloc(30_000)), echoed(page, 30_000)));
  assert.ok(took_ms >= 270, `${took_ms} ms for 30 kB`);
});

test('slicing', async () => {
  const page = await open();
  proxy.shape({ slice_bytes: 1, slice_every_ms: 3 });
  page.socket.write('in slices');
  await echoed(page, 9);
  assert.equal(String(page.heard), 'in slices');
  assert.ok(page.pieces >= 5, `${page.pieces} pieces`);
});

test('slow close', async () => {
  const page = await open();
  proxy.shape({ close_ms: 150 });
  page.socket.write('x');
  await echoed(page, 1);
  const took_ms = await timed(async () => {
    page.socket.end();
    await until('the end', () => page.ended, { interval_ms: 2 });
  });
  assert.ok(took_ms >= 298, `${took_ms} ms`);
});

test('freeze keeps what is sent, and thaw lets it go', async () => {
  const page = await open();
  proxy.freeze();
  page.socket.write('kept');
  const late = await open();
  late.socket.write('new');
  await sleep(150);
  assert.equal(page.heard.length + late.heard.length, 0);
  proxy.thaw();
  await echoed(page, 4);
  await echoed(late, 3);
});

test('reset, on both sides', async () => {
  const before_count = at_server.size;
  const page = await open();
  await until('an opening', () => at_server.size === before_count + 1);
  proxy.reset();
  await until('a reset', () => page.code === 'ECONNRESET');
  await until('nothing at the server', () => at_server.size === 0);
});

test('half-open: neither side hears anything, not even an end', async () => {
  const page = await open();
  page.socket.write('a');
  await echoed(page, 1);
  proxy.half_open();
  const [server] = at_server;
  page.socket.write('b');
  server.end('c');
  await sleep(150);
  assert.equal(page.heard.length, 1);
  assert.ok(!page.ended && page.code === '' && at_server.size === 1);
  const other = await open();
  other.socket.write('passes');
  await echoed(other, 6);
});

test('refuse', async () => {
  proxy.refuse(true);
  const page = await open();
  await until('a refusal', () => page.code === 'ECONNRESET' || page.ended);
  proxy.refuse(false);
  const other = await open();
  other.socket.write('a');
  await echoed(other, 1);
});
