// The relay does what is asked of it, so that a failing call blames the widget and not its rig.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { test } from 'node:test';
import { stage_of } from '../suite.mjs';
import { sleep, until } from '../widget.mjs';
import { start_udp_relay, sum_of } from './udp_relay.mjs';

const bound = (address) =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.bind(0, address, () => resolve(socket));
  });

/** A server that sends everything back, the relay before it, and a client. */
async function set_up(t, seed) {
  const stage = stage_of(t);
  const server = await bound('127.0.0.1');
  stage.defer(() => server.close());
  server.on('message', (bytes, from) => server.send(bytes, from.port, from.address));
  const { port } = server.address();
  const relay = await start_udp_relay({
    at: { address: '127.0.0.2', port },
    to: { address: '127.0.0.1', port },
    seed,
  });
  stage.defer(relay.close);
  const client = await bound('127.0.0.1');
  stage.defer(() => client.close());
  const heard = [];
  client.on('message', (bytes) => heard.push({ number: bytes.readUInt32LE(), at_ms: performance.now() }));
  const sent = [];
  const all_are_taken = async () => {
    const { passed, lost, cut } = sum_of(await relay.flows(), 'up');
    return passed + lost + cut === sent.length;
  };
  return {
    ...{ relay, heard, sent },
    async send(count, pause_ms) {
      for (let i = 0; i < count; i += 1) {
        const bytes = Buffer.alloc(100);
        bytes.writeUInt32LE(sent.length);
        sent.push(performance.now());
        client.send(bytes, port, '127.0.0.2');
        if (pause_ms) await sleep(pause_ms);
        // Not more at once than the kernel keeps for a socket: none gets lost but by the relay.
        else if (i % 50 === 49) await until('the relay has all', all_are_taken, { interval_ms: 1 });
      }
    },
  };
}

test('as it is, every packet passes both ways', async (t) => {
  const { relay, heard, send } = await set_up(t);
  await send(500);
  await sleep(100);
  assert.deepEqual(
    heard.map(({ number }) => number),
    Array.from({ length: 500 }, (_, i) => i),
  );
  const [flow] = await relay.flows();
  assert.deepEqual([flow.up, flow.down], Array(2).fill({ passed: 500, lost: 0, cut: 0 }));
});

test('the share that is asked for gets lost, the same packets for the same seed', async (t) => {
  const lost_of = async (seed) => {
    const { relay, heard, send } = await set_up(t, seed);
    await relay.shape({ loss: 0.05 });
    await send(2_000);
    await sleep(200);
    const flows = await relay.flows();
    const [up, down] = [sum_of(flows, 'up'), sum_of(flows, 'down')];
    assert.equal(up.passed + up.lost, 2_000);
    assert.equal(down.passed, heard.length);
    // Four times the deviation of so many draws, 10.
    for (const { lost } of [up, down]) assert.ok(Math.abs(lost - 100) < 40, `lost ${lost} of 2,000`);
    return heard.map(({ number }) => number);
  };
  const first = await lost_of(11);
  assert.deepEqual(await lost_of(11), first);
  assert.notDeepEqual(await lost_of(12), first);
});

test('each way takes as long as is asked, in order', async (t) => {
  const { relay, heard, sent, send } = await set_up(t);
  await relay.shape({ delay_ms: 100 });
  await send(50, 10);
  await sleep(300);
  const ways_ms = heard.map(({ number, at_ms }) => at_ms - sent[number]).sort((a, b) => a - b);
  assert.equal(ways_ms.length, 50);
  assert.ok(ways_ms[0] >= 198 && ways_ms[25] < 230, `there and back: ${ways_ms[0]} to ${ways_ms.at(-1)} ms`);
  assert.ok(heard.every(({ number }, i) => number === i));
});

test('a cut ends by itself, or when it is mended; a spared process is in none', async (t) => {
  const { relay, heard, send } = await set_up(t);
  await relay.cut(200);
  await send(10);
  await sleep(250);
  await send(10);
  await sleep(50);
  assert.deepEqual([heard.length, heard[0].number], [10, 10]);
  await relay.cut();
  await send(10);
  await sleep(50);
  assert.equal(heard.length, 10);
  assert.equal(sum_of(await relay.flows(), 'up').cut, 20);
  await relay.spare(process.pid);
  await send(10);
  await sleep(50);
  assert.equal(heard.length, 20);
  assert.equal((await relay.flows())[0].spared, true);
  await relay.mend();
});
