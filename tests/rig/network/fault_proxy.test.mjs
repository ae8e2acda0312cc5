// The fault proxy does what its faults say, so that a failing row blames the widget and not its rig.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { deep_json, endless_deltas, huge_json, invalid_utf8 } from './bad_bodies.mjs';
import { start_fault_proxy } from './fault_proxy.mjs';

let origin;
let proxy;
let seen = 0;

before(async () => {
  origin = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'POST') seen += 1;
      response.writeHead(200, { 'content-type': 'application/json', 'x-origin': 'yes' });
      response.write('{"response":"');
      setTimeout(() => response.end(`${'a'.repeat(200)}"}`), 10);
    });
  });
  await new Promise((resolve) => origin.listen(0, '127.0.0.1', resolve));
  // node's fetch takes a cut answer for a whole one when the connection was not to be kept.
  proxy = await start_fault_proxy(`http://127.0.0.1:${origin.address().port}`, { keep_alive: true });
});
after(async () => {
  await proxy.close();
  await new Promise((resolve) => origin.close(resolve));
});
beforeEach(() => {
  seen = 0;
});

const post = (options) =>
  fetch(`${proxy.url}/x`, { method: 'POST', body: '{}', headers: { origin: 'http://shop' }, ...options });

test('passes what is no fault', async () => {
  const response = await post();
  assert.equal(response.headers.get('x-origin'), 'yes');
  assert.equal((await response.json()).response.length, 200);
  assert.equal(seen, 1);
  assert.equal(proxy.posts.at(-1).body.toString(), '{}');
});

test('answers before and after forwarding, with CORS unless told otherwise', async () => {
  proxy.plan({ kind: 'answer' }, { kind: 'answer', forward: true, status: 503, cors: false });
  const first = await post();
  assert.equal(first.status, 500);
  assert.equal(first.headers.get('access-control-allow-origin'), 'http://shop');
  assert.equal(seen, 0);
  const second = await post();
  assert.equal(second.status, 503);
  assert.equal(second.headers.get('access-control-allow-origin'), null);
  assert.equal(seen, 1);
});

test('drops the socket at each of four places', async () => {
  for (const [when, forwarded] of [
    ['before_forward', 0],
    ['after_forward', 1],
  ]) {
    seen = 0;
    proxy.plan({ kind: 'drop', when });
    await assert.rejects(post(), when);
    assert.equal(seen, forwarded, when);
  }
  for (const when of ['after_headers', 'mid_stream']) {
    proxy.plan({ kind: 'drop', when, after_bytes: 60 });
    const response = await post();
    assert.equal(response.status, 200);
    await assert.rejects(response.text(), when);
  }
});

test('delays the whole answer', async () => {
  proxy.plan({ kind: 'delay', delay_ms: 300 });
  const start = performance.now();
  assert.equal((await post()).status, 200);
  assert.ok(performance.now() - start >= 295);
});

test('sends bodies of garbage, depth and size', async () => {
  proxy.plan(
    { kind: 'answer', status: 200, body: invalid_utf8 },
    { kind: 'answer', status: 200, body: deep_json(10_000) },
    { kind: 'answer', status: 200, body: huge_json() },
  );
  assert.deepEqual(Buffer.from(await (await post()).arrayBuffer()), invalid_utf8);
  assert.equal((await (await post()).text()).length, '{"response":}'.length + 20_000);
  assert.ok((await (await post()).arrayBuffer()).byteLength > 10_000_000);
});

test('streams without end until the reader leaves', async () => {
  proxy.plan({ kind: 'sse', chunks: endless_deltas });
  const abort = new AbortController();
  const response = await post({ signal: abort.signal });
  const reader = response.body.getReader();
  let bytes = 0;
  while (bytes < 1_000_000) bytes += (await reader.read()).value.length;
  abort.abort();
  assert.equal((await post()).status, 200);
});

test('slices an answer', async () => {
  proxy.plan({ kind: 'slice', piece_bytes: 7 });
  assert.equal((await (await post()).json()).response.length, 200);
});
