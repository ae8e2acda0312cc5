// The text socket of shopbell.v1 against the real gateway, through a real WebSocket client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayFor } from './helpers.mjs';
import { join, newId } from './socket_client.mjs';

const textOf = (client, id) =>
  client
    .all('delta')
    .filter((frame) => frame.id === `${id}.reply`)
    .reduce((text, frame) => {
      assert.equal(frame.at, Buffer.byteLength(text), 'a delta goes on where the row ends');
      return text + frame.text;
    }, '');

const say = (client, text, id = newId()) => {
  client.send({ t: 'say', id, text });
  return id;
};

test('hello gives a session with a secret, and a message is acknowledged, streamed and done', async (t) => {
  const gateway = await gatewayFor(t);
  const page = await join(t, gateway);
  const { welcome } = page;
  assert.equal(welcome.v, 1);
  assert.match(welcome.session, /^[0-9a-f]{32}$/);
  assert.match(welcome.secret, /^[0-9a-f]{32}$/);
  assert.deepEqual([welcome.epoch, welcome.seq, welcome.resumed, welcome.history], [1, 0, false, []]);
  assert.equal(welcome.heartbeat_ms, 15_000);
  assert.ok(Math.abs(welcome.expires_ms - Date.now() - 24 * 3_600_000) < 60_000);

  const id = say(page, 'do you have earbuds under $200?');
  const done = await page.done(id);
  assert.equal(done.state, 'done');
  assert.equal(textOf(page, id), done.text);
  assert.ok(page.all('ack')[0].at_ms > 1.7e12);
  assert.ok(page.all('products')[0].products[0].name);
  const seqs = page.frames.map(({ seq }) => seq).filter((seq) => seq !== undefined);
  assert.deepEqual(
    seqs.slice(1),
    seqs.slice(1).map((_, index) => index + 1),
    'sequenced without a hole',
  );
});
