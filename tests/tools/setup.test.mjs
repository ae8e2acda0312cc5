// Setup: what it says when it cannot go on, that a broken download is thrown away, and that a second one waits.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'shopbell-setup-'));
after(() => rmSync(folder, { recursive: true }));
// Modules read the cache's place when they are loaded.
process.env.SHOPBELL_CACHE = join(folder, 'cache');
const { get_source, source_folder, source_is_there } = await import('../../tools/setup/sources.mjs');
const { take_lock } = await import('../../tools/lib/lock.mjs');

const sha256_of_hello = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

async function serve_pool(t, body) {
  const server = createServer((request, response) => {
    if (body === null) response.writeHead(404).end();
    else response.end(body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  process.env.SHOPBELL_DEBIAN_MIRROR = `http://127.0.0.1:${server.address().port}`;
}

test('a source with another hash than the pinned one is thrown away', async (t) => {
  await serve_pool(t, 'not hello');
  const source = {
    name: 'thing',
    version: '1',
    pool: 't/thing/thing_1.orig.tar.gz',
    sha256: sha256_of_hello,
  };
  await assert.rejects(
    get_source(source),
    /thing_1\.orig\.tar\.gz has SHA-256 [0-9a-f]{64}, not the pinned 2cf24d.*thrown away/,
  );
  assert.equal(source_is_there(source), false);
  assert.deepEqual(readdirSync(join(folder, 'cache', 'sources')), []);
});

test('a source that the mirror does not have is said in one sentence', async (t) => {
  await serve_pool(t, null);
  const source = { name: 'gone', version: '1', pool: 'g/gone/gone_1.orig.tar.gz', sha256: sha256_of_hello };
  await assert.rejects(
    get_source(source),
    /gone_1\.orig\.tar\.gz could not be downloaded .* SHOPBELL_DEBIAN_MIRROR\.$/,
  );
  assert.equal(existsSync(source_folder(source)), false);
});

test('a second setup waits for the first; a lock of a process that is gone is taken over', async () => {
  const file = join(folder, 'locks', 'setup.lock');
  const give_back = await take_lock(file, 'test');
  assert.equal(readFileSync(file, 'utf8'), String(process.pid));
  let second_has_it = false;
  const second = take_lock(file, 'test').then((give) => {
    second_has_it = true;
    return give;
  });
  await new Promise((done) => setTimeout(done, 500));
  assert.equal(second_has_it, false);
  give_back();
  (await second)();
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  mkdirSync(join(folder, 'locks'), { recursive: true });
  writeFileSync(file, String(gone));
  (await take_lock(file, 'test'))();
  assert.equal(existsSync(file), false);
});

test('an old node is told so in one sentence', () => {
  const main = fileURLToPath(new URL('../../tools/setup/main.mjs', import.meta.url));
  const pretend = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.4'})`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', pretend, main], {
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^setup: failed: This is node 18\.20\.4; Shopbell needs node 20\.10 or newer\. Install it .*\n$/,
  );
});
