// Other reconnecting clients as people of rounds.mjs, in node, each with its own defaults.
//
// None of them promises that what is said arrives once, so only times are compared: what was said is said again every 50 ms until an
// answer comes, which is the best that a page could make of them. They are told nothing about the network: in node they do not listen.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { until } from '../../../../tests/rig/widget.mjs';

const say_again_ms = 50;

/** Each gives `say(text)`, which may throw or come to nothing, and `close()`; `heard(text)` is called with each answer. */
const clients = {
  'socket.io-client'(load, port, heard) {
    const socket = load('socket.io-client').io(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
    return { say: (text) => socket.volatile.emit('say', text, heard), close: () => socket.close() };
  },
  'reconnecting-websocket'(load, port, heard) {
    const socket = new (load('reconnecting-websocket'))(`ws://127.0.0.1:${port}`, [], {
      WebSocket: load('ws').WebSocket,
      maxEnqueuedMessages: 0,
    });
    socket.addEventListener('message', ({ data }) => heard(String(data)));
    return { say: (text) => socket.send(text), close: () => socket.close() };
  },
  centrifuge(load, port, heard) {
    const client = new (load('centrifuge').Centrifuge)(`ws://127.0.0.1:${port}`, {
      websocket: load('ws').WebSocket,
    });
    client.connect();
    const say = (text) =>
      client.state === 'connected' &&
      client.rpc('say', text).then(
        ({ data }) => heard(data),
        () => {},
      );
    return { say, close: () => client.disconnect() };
  },
};

export const kinds = Object.keys(clients);

export async function rival_person(kind, port, modules) {
  const load = createRequire(join(modules, 'package.json'));
  const answered = new Map();
  const client = clients[kind](load, port, (text) => {
    if (!answered.has(text)) answered.set(text, Date.now());
  });
  const timers = new Set();
  const say = (text) => {
    const again = () => {
      if (answered.has(text)) return end();
      try {
        client.say(text);
      } catch {
        // Not now: the next time comes soon.
      }
    };
    const timer = setInterval(again, say_again_ms);
    const end = () => (clearInterval(timer), timers.delete(timer));
    timers.add(timer);
    again();
  };
  const sent_at = async (text, limit_ms) => {
    await until(`an answer to "${text}"`, () => answered.has(text), { timeout_ms: limit_ms, interval_ms: 5 });
    return answered.get(text);
  };
  say('hello');
  await sent_at('hello', 20_000);
  return {
    kind,
    said: [],
    say,
    sent_at,
    online: () => {},
    shown: () => {},
    close() {
      for (const timer of timers) clearInterval(timer);
      client.close();
    },
  };
}
