// The C++ decides: TZ-T1 … TZ-T5 with the shim replaced by a script that only carries out commands, against the real gateway.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { startGateway } from '../../tools/gateway/main.mjs';
import { make_face } from './face.mjs';

/** Everything a page does for the core, and not one decision: each command has one plain handler. */
async function plain_page(api_url) {
  const face = await make_face();
  const page = { rows: new Map(), lines: [], box: '', posts: 0, storage: new Map() };
  const requests = new Map();
  let timer;
  const handlers = {
    storage_load: ({ area, prefix }) => {
      const entries = [...page.storage]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => ({ key, value }));
      tell({ type: 'storage_loaded', area, prefix, entries });
    },
    storage_set: ({ key, value }) => page.storage.set(key, value),
    storage_remove: ({ key }) => page.storage.delete(key),
    lock_take: ({ lock }) => queueMicrotask(() => tell({ type: 'lock_taken', lock })),
    http_send: ({ attempt, method, url, headers, body }) => {
      page.posts += 1;
      const abort = new AbortController();
      requests.set(attempt, abort);
      const options = {
        method,
        body,
        headers: Object.fromEntries(headers.map((h) => [h.name, h.value])),
        signal: abort.signal,
      };
      void fetch(url, options)
        .then(async (response) => {
          const names = [...response.headers].map(([name, value]) => ({ name, value }));
          tell({ type: 'http_head', attempt, status: response.status, headers: names });
          for await (const bytes of response.body) tell({ type: 'http_body', attempt, bytes });
          tell({ type: 'http_end', attempt });
        })
        .catch((error) => tell({ type: 'http_failed', attempt, reason: error.name }));
    },
    http_abort: ({ attempt }) => requests.get(attempt)?.abort(),
    console: ({ text }) => page.lines.push(text),
    row_put: ({ row }) => page.rows.set(row.id, row),
    row_append: ({ row, text }) => (page.rows.get(row).text += text),
    row_remove: ({ row }) => page.rows.delete(row),
    box_set: ({ text }) => (page.box = text),
  };
  const tell = (event) => {
    for (const command of face.handle(event, performance.now(), Date.now()))
      handlers[command.type]?.(command);
    clearTimeout(timer);
    if (face.deadline() < Infinity)
      timer = setTimeout(() => tell({ type: 'tick' }), face.deadline() - performance.now());
  };
  page.enter = () => tell({ type: 'key_pressed', key: 'Enter', in_box: true, text: page.box });
  page.click = () => tell({ type: 'send_pressed', text: page.box });
  page.type = (text) => tell({ type: 'draft_changed', text: (page.box = text) });
  page.close = () => (clearTimeout(timer), face.delete());
  const seed = crypto.getRandomValues(new Uint8Array(32));
  const settings = { 'api-url': api_url, 'api-key': 'demo', idempotency: 'on' };
  tell({
    type: 'start',
    seed,
    settings: Object.entries(settings).map(([name, value]) => ({ name, value, type: 'string' })),
  });
  return page;
}

const blocked = '[Chat] sendMessage blocked - already sending';
const bursts = {
  'TZ-T1: Enter five times fast': async (page) => {
    for (let i = 0; i < 5; i += 1) page.enter();
  },
  'TZ-T2: click five times fast': async (page) => {
    for (let i = 0; i < 5; i += 1) page.click();
  },
  'TZ-T3: hold Enter for 2 s': async (page) => {
    page.enter();
    for (let i = 0; i < 60; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 33));
      page.enter();
    }
  },
};

for (const [name, burst] of Object.entries(bursts)) {
  test(`${name}: one message, one POST, the "blocked" line (TZ-T4, TZ-T5)`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shopbell-'));
    const gateway = await startGateway({ port: 0, dataDir: folder, answerDelayMs: 1500 });
    const page = await plain_page(gateway.url);
    try {
      page.type('hello');
      await burst(page);
      const deadline = Date.now() + 10_000;
      const reply = () =>
        [...page.rows.values()].find((row) => row.author.kind === 'agent' && row.state === 'done');
      while (!reply() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
      const own = [...page.rows.values()].filter((row) => row.author.kind === 'self');
      assert.deepEqual(
        own.map((row) => [row.text, row.state]),
        [['hello', 'sent']],
      );
      assert.ok(reply(), 'one reply');
      assert.equal([...page.rows.values()].length, 2);
      const posts = gateway.requests.filter((r) => r.method === 'POST' && r.path === '/api/chatkit/agent');
      assert.equal(posts.length, 1, "the server's own log");
      const lines = page.lines.filter((line) => line === blocked).length;
      assert.ok(lines >= 1 && lines <= 3, `${lines} lines in a burst of at most 2 s`);
    } finally {
      page.close();
      await gateway.close();
      rmSync(folder, { recursive: true });
    }
  });
}
