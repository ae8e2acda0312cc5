// The thread of udp_relay.mjs.
import { createSocket } from 'node:dgram';
import { parentPort, workerData } from 'node:worker_threads';
import { owns_udp_port } from './ports.mjs';

const { at, to, seed } = workerData;
// A port that says nothing for so long is another client's by the next time.
const idle_ms_max = 30_000;
const flows = new Map();
/** What passed of those that are over. */
const past = [];
let opened = 0;
const spared_pids = new Set();
let shape = { loss: 0, delay_ms: 0 };
let cut_until_ms = 0;

/** A stream of numbers from 0 to 1 that follows from its seed (mulberry32). */
function random_from(number) {
  let state = number >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One way of one flow: its losses do not depend on what passes elsewhere. */
function make_way(flow, number, send) {
  const random = random_from(seed + 7_919 * number);
  const counts = { passed: 0, lost: 0, cut: 0 };
  const pass = (bytes) => {
    counts.passed += 1;
    send(bytes);
  };
  const take = (bytes) => {
    if (flow.spared) return pass(bytes);
    if (performance.now() < cut_until_ms) return void (counts.cut += 1);
    if (random() < shape.loss) return void (counts.lost += 1);
    if (shape.delay_ms === 0) pass(bytes);
    else setTimeout(() => pass(bytes), shape.delay_ms);
  };
  return { counts, take };
}

const is_spared = (port) => [...spared_pids].some((pid) => owns_udp_port(pid, port));

const front = createSocket('udp4');

function open_flow({ address, port }) {
  const behind = createSocket('udp4');
  const flow = { port, behind, spared: is_spared(port), last_ms: performance.now() };
  const number = (opened += 2);
  flow.up = make_way(flow, number, (bytes) => !flow.is_over && behind.send(bytes, to.port, to.address));
  flow.down = make_way(flow, number + 1, (bytes) => front.send(bytes, port, address));
  behind.on('message', (bytes) => {
    flow.last_ms = performance.now();
    flow.down.take(bytes);
  });
  // A server that is gone refuses, which is no news.
  behind.on('error', () => {});
  return flow;
}

front.on('message', (bytes, from) => {
  const name = `${from.address}:${from.port}`;
  if (!flows.has(name)) flows.set(name, open_flow(from));
  const flow = flows.get(name);
  flow.last_ms = performance.now();
  flow.up.take(bytes);
});
front.on('error', (error) => {
  if (error.syscall === 'bind') throw error;
});

const told_of = ({ port, spared, up, down }) => ({
  ...{ port, spared },
  ...{ up: { ...up.counts }, down: { ...down.counts } },
});

setInterval(() => {
  for (const [name, flow] of flows) {
    if (performance.now() - flow.last_ms < idle_ms_max) continue;
    flow.is_over = true;
    flow.behind.close();
    flows.delete(name);
    past.push(told_of(flow));
  }
}, 5_000);

const orders = {
  shape: (wanted) => (shape = wanted),
  cut: (ms) => (cut_until_ms = performance.now() + ms),
  spare(pid) {
    spared_pids.add(pid);
    for (const flow of flows.values()) flow.spared = is_spared(flow.port);
  },
  flows: () => [...past, ...[...flows.values()].map(told_of)],
};
parentPort.on('message', ({ id, name, args }) =>
  parentPort.postMessage({ id, result: orders[name](...args) }),
);
front.bind(at.port, at.address, () => parentPort.postMessage({ id: 0 }));
