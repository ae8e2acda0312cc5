// A disk that is full, and then is not: nobody is told that a message was taken which was not, and none stays without its answer.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { small_disk } from '../rig/small_disk.mjs';
import { apiPath, ask, bodyOf, gatewayFor, post, until } from './helpers.mjs';
import { join, newId } from './socket_client.mjs';

const probe = small_disk();
if (!probe.missing) probe.remove();

describe('a full disk', { skip: probe.missing ?? false }, () => {
  const disk_for = (t) => {
    const disk = small_disk();
    t.after(() => disk.remove());
    return disk;
  };
  const health = async (gateway) => {
    const response = await fetch(gateway.url + apiPath);
    return [response.status, (await response.json()).why];
  };

  test('health says 503 and why while it is full, a message is told to come again, and both end with it', async (t) => {
    const disk = disk_for(t);
    const gateway = await gatewayFor(t, { dataDir: disk.folder });
    assert.equal((await ask(gateway, 'hello')).status, 200);
    assert.deepEqual(await health(gateway), [200, undefined]);
    disk.fill();
    await until(async () => (await health(gateway))[0] === 503);
    const refused = await post(gateway, bodyOf('hello'));
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get('retry-after'), '5');
    // What has failed left room in the log: it is not taken for a cure.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    assert.deepEqual(await health(gateway), [
      503,
      'the disk of DATA_DIR is full, or STORED_BYTES_MAX is reached',
    ]);
    disk.free();
    await until(async () => (await health(gateway))[0] === 200);
    assert.equal((await ask(gateway, 'hello')).status, 200);
  });

  test('an answer whose last write failed is made again when its message is repeated', async (t) => {
    const disk = disk_for(t);
    const gateway = await gatewayFor(t, { dataDir: disk.folder, answerDelayMs: 200 });
    const page = await join(t, gateway);
    const say = { t: 'say', id: newId(), text: 'hello' };
    page.send(say);
    await page.of('ack');
    disk.fill();
    assert.equal((await page.done(say.id)).state, 'broken');
    disk.free();
    page.send(say);
    const done = await page.frame(({ t: type, state }) => type === 'done' && state === 'done');
    assert.equal(done.id, `${say.id}.reply`);
    // While it is being answered and once it is, it is not answered again.
    const { length } = page.all('done');
    page.send(say);
    await until(() => page.all('ack').length === 3);
    assert.equal(page.all('done').length, length);
  });
});
