// As many connections as there are descriptors for: a flood of them takes nothing from those who are served.
import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';
import { Room } from '../../tools/gateway/running/room.mjs';
import { ask, gatewayFor, gatewayProgram, temporaryFolder, until } from './helpers.mjs';
import { join, newId } from './socket_client.mjs';

test('each connection has a descriptor of its own and one for what it asks', () => {
  assert.equal(new Room(25_000, 1_048_576).max, 25_000);
  assert.equal(new Room(25_000, 1_024).max, 480);
  assert.equal(new Room(25_000, Infinity).max, 25_000);
  assert.equal(new Room(25_000, 10).max, 1);
});

/** Connections that say nothing. @returns {Promise<net.Socket[]>} */
async function flood(t, gateway, count) {
  const port = Number(new URL(gateway.url).port);
  const sockets = Array.from({ length: count }, () => net.connect(port, '127.0.0.1').on('error', () => {}));
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  await Promise.all(
    sockets.map((socket) => until(() => socket.readyState === 'open' || socket.closed, 10_000)),
  );
  return sockets;
}

test('a flood of connections past the descriptors leaves a page its answer, and is not held', async (t) => {
  const gateway = await gatewayProgram(
    t,
    { DATA_DIR: temporaryFolder(t), FILES_DIR: temporaryFolder(t) },
    { limit: '-n 128' },
  );
  const page = await join(t, gateway);
  const sockets = await flood(t, gateway, 300);
  const id = newId();
  page.send({ t: 'say', id, text: 'hello' });
  assert.equal((await page.done(id)).state, 'done');
  await until(() => sockets.filter(({ closed }) => !closed).length < 32);
  for (const socket of sockets) socket.destroy();
  await until(() =>
    ask(gateway, 'hello').then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  assert.match(metrics, /shopbell_connections_max 32\n/);
  assert.ok(Number(/shopbell_connections_refused_total (\d+)/.exec(metrics)[1]) >= 269, metrics);
  assert.doesNotMatch(gateway.output(), /EMFILE/);
});

test('calls are offered no more before the room for text is full', async (t) => {
  const agents = async () => ({
    available: true,
    open: () => ({}),
    describe: () => ({}),
    close: async () => {},
  });
  const gateway = await gatewayFor(t, { connectionsMax: 8, makeCallAgents: agents });
  assert.ok((await join(t, gateway)).welcome.voice);
  await flood(t, gateway, 5);
  assert.equal((await join(t, gateway)).welcome.voice, undefined);
});
