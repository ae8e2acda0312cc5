// A WebSocket's address that is asked plainly, as by a proxy that keeps headers back.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { gatewayFor } from './helpers.mjs';

const ask = (gateway, path, headers) =>
  new Promise((resolve, reject) => {
    const asked = request({ port: gateway.port, path, headers, agent: false }, async (response) => {
      let text = '';
      for await (const part of response) text += part;
      resolve({ status: response.statusCode, headers: response.headers, body: JSON.parse(text) });
    });
    asked.once('error', reject).end();
  });

test('426, with the headers of an upgrade that did not arrive', async (t) => {
  const gateway = await gatewayFor(t);
  const both = ['`Upgrade: websocket`', '`Connection: Upgrade`'];
  for (const path of ['/shopbell/v1/text', '/shopbell/v1/voice?x=1'])
    for (const [headers, missing] of [
      [{}, both],
      [{ Upgrade: 'websocket', Connection: 'close' }, [both[1]]],
      [{ Connection: 'close, x-upgrade' }, both],
      [{ Upgrade: 'h2c', Connection: 'Upgrade' }, [both[0]]],
    ]) {
      const answer = await ask(gateway, path, headers);
      assert.equal(answer.status, 426);
      assert.equal(answer.headers.upgrade, 'websocket');
      assert.deepEqual([answer.body.missing, answer.body.http], [missing, '1.1'], JSON.stringify(headers));
    }
});
