// Figures by the widget's version: who is counted where, over HTTP, text sockets and calls, and that no stranger invents versions.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join as path_of } from 'node:path';
import { test } from 'node:test';
import { bodyOf, gatewayFor, post, stream, temporaryFolder, until } from './helpers.mjs';
import { join, newId } from './socket_client.mjs';

const figures = async (gateway) => (await (await fetch(`${gateway.url}/status`)).json()).versions;
const metric_lines = async (gateway) =>
  (await (await fetch(`${gateway.url}/metrics`)).text())
    .split('\n')
    .filter((line) => /^shopbell_widget_/.test(line));

let last_key = 0;
const says = async (gateway, source, text = 'hello', more = {}) => {
  const headers = { 'Idempotency-Key': `key-${(last_key += 1)}`, 'X-Client-Source': source, ...more.headers };
  return (await post(gateway, bodyOf(text, { sessionId: more.session ?? 'session-1' }), { headers })).json();
};

/** A folder as promote writes it. */
function released(t, ...names) {
  const folder = temporaryFolder(t);
  writeFileSync(path_of(folder, 'channel.json'), '{}');
  for (const name of names) {
    mkdirSync(path_of(folder, name));
    writeFileSync(path_of(folder, name, 'manifest.json'), '{}');
  }
  return folder;
}

test('over HTTP and sockets each version has its own figures, and a page that says none is another', async (t) => {
  const gateway = await gatewayFor(t, { filesDir: released(t, '1.0.0', '1.1.0') });
  await says(gateway, 'widget/1.0.0');
  await says(gateway, 'widget/1.0.0', 'hello again');
  await says(gateway, 'widget/1.1.0', 'hello', { session: 'session-2' });
  // The same key with another text, and a body that is none.
  await says(gateway, 'widget/1.1.0', 'one', { headers: { 'Idempotency-Key': 'same' } });
  await says(gateway, 'widget/1.1.0', 'two', { headers: { 'Idempotency-Key': 'same' } });
  await post(gateway, '{', { headers: { 'X-Client-Source': 'widget/1.1.0' } });
  await says(gateway, 'widget', 'hello', { session: 'session-3' });

  const page = await join(t, gateway, { hello: { widget: '1.1.0' } });
  const id = newId();
  page.send({ t: 'say', id, text: 'hello' });
  await page.done(id);
  page.send({ t: 'say', id, text: 'another text' });
  await page.of('refused');

  const none = { failed: 0, calls: 0 };
  assert.deepEqual(await figures(gateway), {
    '1.0.0': { ...none, conversations: 1, messages: 2, refused: 0 },
    '1.1.0': { ...none, conversations: 2, messages: 3, refused: 3 },
    other: { ...none, conversations: 1, messages: 1, refused: 0 },
  });
  const lines = await metric_lines(gateway);
  for (const line of [
    'shopbell_widget_conversations_total{version="1.1.0"} 2',
    'shopbell_widget_messages_total{version="1.0.0"} 2',
    'shopbell_widget_errors_total{version="1.1.0",what="refused"} 3',
    'shopbell_widget_errors_total{version="1.1.0",what="failed"} 0',
    'shopbell_widget_calls_total{version="1.0.0"} 0',
  ])
    assert.ok(lines.includes(line), `${line} in ${lines.join('\n')}`);
});

test('an answer that fails is counted for the version that asked', async (t) => {
  const gateway = await gatewayFor(t, {
    openaiBaseUrl: 'http://127.0.0.1:9/v1',
    openaiApiKey: 'k',
    openaiModel: 'm',
    filesDir: released(t, '1.0.0'),
  });
  const headers = { 'Idempotency-Key': 'k', 'X-Client-Source': 'widget/1.0.0' };
  await (await stream(gateway, 'hello', { headers })).text();
  await until(async () => (await figures(gateway))['1.0.0'].failed === 1);
});

test('a version that is promoted while the gateway runs is counted by name', async (t) => {
  const folder = released(t, '1.0.0');
  const gateway = await gatewayFor(t, { filesDir: folder });
  await says(gateway, 'widget/1.1.0');
  assert.deepEqual(Object.keys(await figures(gateway)), ['other']);
  mkdirSync(path_of(folder, '1.1.0'));
  writeFileSync(path_of(folder, '1.1.0/manifest.json'), '{}');
  await says(gateway, 'widget/1.1.0');
  assert.deepEqual(Object.keys(await figures(gateway)), ['1.1.0', 'other']);
});

const invented = ['../../etc', '1.0.0/..', '"} 1\nevil 1', '\u00e9', 'x'.repeat(65), '.', '..', '', '1.0.0 '];

test('nobody invents versions: with a released folder none, without one twenty', async (t) => {
  const folder = released(t, '1.0.0');
  const own = await gatewayFor(t, { filesDir: folder });
  const elsewhere = await gatewayFor(t);
  for (const gateway of [own, elsewhere]) {
    const page = await join(t, gateway, { hello: { widget: '9.9.9' } });
    const id = newId();
    page.send({ t: 'say', id, text: 'hello' });
    await page.done(id);
    for (const [i, name] of invented.entries()) {
      const wrong = await join(t, gateway, { hello: { widget: name } });
      const wrong_id = newId();
      wrong.send({ t: 'say', id: wrong_id, text: `hello ${i}` });
      await wrong.done(wrong_id);
    }
    for (let i = 0; i < 60; i += 1)
      await says(gateway, `widget/9.${i}`, 'hello', { session: `session-${i}` });
  }
  assert.deepEqual(Object.keys(await figures(own)), ['other']);
  const names = Object.keys(await figures(elsewhere));
  assert.equal(names.length, 21);
  for (const line of await metric_lines(elsewhere))
    assert.match(line, /^shopbell_widget_\w+\{version="[\w.]+"(,what="\w+")?\} \d+$/);
  const total = Object.values(await figures(elsewhere)).reduce((sum, { messages }) => sum + messages, 0);
  assert.equal(total, 61 + invented.length, 'each message is counted somewhere');
});
