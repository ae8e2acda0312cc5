// DATA_DIR: one gateway at a time, read by nobody else, and one plain line where it cannot be used.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { startGateway } from '../../tools/gateway/main.mjs';
import { Store } from '../../tools/gateway/store/store.mjs';
import { small_disk } from '../rig/small_disk.mjs';
import { ask, bodyOf, gatewayFor, gatewayProgram, post, temporaryFolder } from './helpers.mjs';

const refusal = async (t, dataDir) => {
  const [gateway] = await Promise.allSettled([
    gatewayProgram(t, { DATA_DIR: dataDir, FILES_DIR: temporaryFolder(t) }),
  ]);
  assert.equal(gateway.status, 'rejected');
  return gateway.reason.message;
};

test('a second gateway on the same DATA_DIR says so and ends; the first goes on', async (t) => {
  const folder = temporaryFolder(t);
  const first = await gatewayProgram(t, { DATA_DIR: folder });
  const sentence = `Another gateway runs on DATA_DIR ${folder}: stop it, or set DATA_DIR to another folder`;
  assert.equal(await refusal(t, folder), `the gateway ended with 1: ${sentence}\n`);
  await assert.rejects(startGateway({ port: 0, dataDir: folder }), { message: sentence });
  assert.equal((await ask(first, 'hello')).status, 200);
});

test('one that was killed holds nothing: the next begins at once', async (t) => {
  const folder = temporaryFolder(t);
  for (let n = 0; n < 3; n += 1) {
    const gateway = await gatewayProgram(t, { DATA_DIR: folder });
    assert.equal((await ask(gateway, 'hello')).status, 200);
    gateway.child.kill('SIGKILL');
  }
  await gatewayProgram(t, { DATA_DIR: folder });
});

test('one that is told to stop is waited for: two never answer side by side', async (t) => {
  const folder = temporaryFolder(t);
  const first = await gatewayProgram(t, { DATA_DIR: folder, ANSWER_DELAY_MS: '3000' });
  const answer = post(first, bodyOf('hello'));
  await new Promise((resolve) => setTimeout(resolve, 300));
  first.child.kill('SIGTERM');
  const second = await gatewayProgram(t, { DATA_DIR: folder });
  assert.notEqual(first.child.exitCode, null);
  assert.match((await (await answer).json()).response, /\w/);
  assert.match(second.output(), /"cut":0/);
});

test('what shoppers said is read by nobody else, also in a folder that everybody may enter', async (t) => {
  const folder = temporaryFolder(t);
  new Store(folder).close();
  chmodSync(folder, 0o755);
  chmodSync(path.join(folder, 'shopbell.sqlite'), 0o644);
  const gateway = await gatewayFor(t, { dataDir: folder });
  await ask(gateway, 'hello');
  const seen = readdirSync(folder).filter((name) => statSync(path.join(folder, name)).mode & 0o007);
  assert.deepEqual(seen, ['.gitignore']);
  assert.ok(existsSync(path.join(folder, 'shopbell.sqlite-wal')));
});

test('a store that is damaged, or a DATA_DIR that is no folder, is one plain line', async (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'shopbell.sqlite');
  writeFileSync(file, 'x'.repeat(8_192));
  const remedy =
    'put a backup of shopbell.sqlite in its place, or move it away with its -wal and -shm and begin with an empty one';
  assert.equal(
    await refusal(t, folder),
    `the gateway ended with 1: DATA_DIR ${folder} cannot be used (SQLITE_NOTADB): ${remedy}\n`,
  );
  const none = path.join(temporaryFolder(t), 'file');
  writeFileSync(none, '');
  assert.equal(
    await refusal(t, none),
    `the gateway ended with 1: DATA_DIR ${none} cannot be used (EEXIST): set DATA_DIR to a folder\n`,
  );
});

const disk = small_disk();
test(
  'a store on a disk that is read-only or full is one plain line',
  { skip: disk.missing ?? false },
  async (t) => {
    t.after(() => disk.remove());
    const folder = path.join(disk.folder, 'data');
    mkdirSync(folder);
    disk.fill();
    assert.match(
      await refusal(t, folder),
      /^the gateway ended with 1: DATA_DIR \S+ cannot be used \(\w+\): free space on its disk\n$/,
    );
    disk.free();
    new Store(folder).close();
    assert.equal(spawnSync('mount', ['-o', 'remount,ro', disk.folder]).status, 0);
    assert.match(
      await refusal(t, folder),
      /^the gateway ended with 1: DATA_DIR \S+ cannot be used \(\w+\): let the gateway write there, or set DATA_DIR to another folder\n$/,
    );
  },
);
