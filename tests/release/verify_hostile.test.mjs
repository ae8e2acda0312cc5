// `npm run verify` reads what somebody serves. It shows nothing that a terminal obeys, and asks for nothing outside of the version's folder.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { integrity_of } from '../../tools/release/integrity.mjs';
import { verify } from '../../tools/release/verify.mjs';

const program = fileURLToPath(new URL('../../tools/release/verify.mjs', import.meta.url));

/** A server that gives these files, and what it was asked for. */
async function served(t, files) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    const file = files[request.url];
    if (file === undefined) return response.writeHead(404).end();
    const type = request.url.endsWith('.js') ? 'text/plain\x9b31m' : 'application/json';
    response.writeHead(200, { 'content-type': type, 'access-control-allow-origin': '*' });
    response.end(typeof file === 'string' ? file : JSON.stringify(file));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${server.address().port}`, asked };
}

async function verified(url) {
  const child = spawn(process.execPath, [program, url]);
  let said = '';
  child.stdout.on('data', (bytes) => (said += bytes));
  child.stderr.on('data', (bytes) => (said += bytes));
  const code = await new Promise((done) => child.once('close', done));
  // eslint-disable-next-line no-control-regex -- that is what is looked for
  assert.doesNotMatch(said, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
  assert.doesNotMatch(said, /^\s+at /m, 'no stack trace');
  return { code, said };
}

const integrity = integrity_of('x');
const channel = { version: '1.0.0', on: true, versions: {} };
const manifest = { name: 'shopbell', version: '1.0.0', files: [{ path: 'a.js', integrity }] };

test('a manifest that leads elsewhere is followed nowhere', async (t) => {
  const elsewhere = await served(t, {});
  for (const path of [
    ...[
      `${elsewhere.url}/a.js`,
      `//127.0.0.1:${new URL(elsewhere.url).port}/a.js`,
      '/etc/a.js',
      '../../a.js',
    ],
    ...['a/../../b.js', '..\\..\\a.js', 'a.js?x', '.env', 7],
  ]) {
    const { url, asked } = await served(t, {
      '/channel.json': channel,
      '/1.0.0/manifest.json': { ...manifest, files: [{ path, integrity }] },
    });
    await assert.rejects(verify(`${url}/`), /manifest\.json is not one of Shopbell's/, String(path));
    assert.deepEqual(
      asked.filter((one) => !one.endsWith('.json')),
      [],
    );
  }
  assert.deepEqual(elsewhere.asked, []);
});

test('what a served file says is not obeyed by the terminal', async (t) => {
  const evil = '1.0.0\x1b]0;owned\x07\x1b[2J\u202e';
  for (const files of [
    { '/channel.json': { ...channel, version: evil } },
    { '/channel.json': { ...channel, previous: evil } },
    { '/channel.json': { ...channel, manifest: evil } },
    { '/channel.json': channel, '/1.0.0/manifest.json': { ...manifest, version: evil } },
    { '/channel.json': channel, '/1.0.0/manifest.json': { ...manifest, files: [{ path: evil, integrity }] } },
    { '/channel.json': channel, '/1.0.0/manifest.json': [] },
    { '/channel.json': null },
  ]) {
    const { url } = await served(t, files);
    await assert.rejects(verify(`${url}/`), /is not one of Shopbell's/);
  }
  const { url } = await served(t, {
    '/channel.json': channel,
    '/1.0.0/manifest.json': { ...manifest, files: [{ path: 'a.js', integrity: integrity_of('x') }] },
    '/1.0.0/a.js': 'x',
  });
  const { code } = await verified(`${url}/`);
  assert.equal(code, 1, 'its Content-Type is shown as a problem');
});
