// A registry that traps: the sockets are closed with 1012 and a new registry takes over. A healthy one cannot be made
// to trap from outside, so a frame that says "trap" throws here what a trap throws.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import http from 'node:http';
import { test } from 'node:test';
import { AddressLimit } from '../../tools/gateway/costs/limits.mjs';
import { Metrics } from '../../tools/gateway/running/metrics.mjs';
import { VersionFigures } from '../../tools/gateway/running/versions.mjs';
import { makeConfig } from '../../tools/gateway/settings/config.mjs';
import { registryMaker } from '../../tools/gateway/sockets/registry.mjs';
import { Sockets } from '../../tools/gateway/sockets/sockets.mjs';
import { until } from './helpers.mjs';
import { join } from './socket_client.mjs';

test('a trap closes every socket with 1012, and the next ones are served', async (t) => {
  const config = makeConfig({});
  const errors = [];
  let loaded = 0;
  const healthy = await registryMaker(config.gatewayModules, {
    key_hashes: [createHash('sha256').update('demo').digest('hex')],
  });
  const makeRegistry = async () => {
    const registry = await healthy();
    loaded += 1;
    return {
      get dueMs() {
        return registry.dueMs;
      },
      handle(event, payload) {
        if (String(payload).includes('trap')) throw new WebAssembly.RuntimeError('unreachable');
        return registry.handle(event, payload);
      },
    };
  };
  const log = { error: (fields, message) => errors.push(message) };
  const openLimit = new AddressLimit(1_000);
  const sockets = new Sockets({
    config,
    makeRegistry,
    metrics: new Metrics(new VersionFigures('.')),
    log,
    openLimit,
    now: Date.now,
  });
  sockets.carry('log', () => {});
  await sockets.start();
  let trapped = 0;
  sockets.onTrapped = () => (trapped += 1);
  const server = http.createServer().listen(0);
  t.after(() => server.close());
  t.after(() => sockets.end());
  sockets.listen(server);
  const gateway = { url: `http://127.0.0.1:${server.address().port}` };

  const one = await join(t, gateway);
  const other = await join(t, gateway);
  one.ws.send('trap');
  assert.deepEqual([await one.code(), await other.code()], [1012, 1012]);
  await until(() => loaded === 2);
  const next = await join(t, gateway);
  assert.ok(next.welcome.session);
  assert.equal(trapped, 1);
  assert.deepEqual(errors, ['the registry could not handle an event']);
});
