// The server of the back end `hal`, as pages meet it: one WebSocket, JSON in text frames, no authentication and any path. It knows
// nothing of acks: a text that is sent twice is answered twice, and a connection that comes back is a new session.
//
// Why there is one although tests should meet the real server: its recogniser, its voice and its models are machines of their own, and
// most of what a page must bear is what a healthy server does not do. What a test does not order is what the real one does.
//
//   plan, always     a fault (hal/faults.mjs) for each coming turn, typed or spoken; `always` holds until changed
//   opening          how connections begin from now on: late, refused, without a greeting, dropped at once
//   say              a frame unasked, such as a wake word at an odd time; a string goes out as it is
//   close_all        every connection ends with that code; 1006: without a close frame
//   hang             nothing is read, said or accepted until it is over
//   stop, start      the process is gone, and is back at the same port
import { createServer, STATUS_CODES } from 'node:http';
import { WebSocketServer } from 'ws';
import { plain_answer, tone } from './answers.mjs';
import { dialects } from './dialects.mjs';
import { is_loud } from './listening.mjs';
import { Session } from './session.mjs';
import { make_gate, now_ms, pause } from './time.mjs';

/** The real server's own times; a test of a page may shorten them. */
const real_times = {
  silence_ms: 1_500,
  utterance_ms_min: 500,
  check_every_ms: 250,
  call_limit_ms: 30_000,
};
const plain_opening = { delay_ms: 0, status: 101, greet_ms: 0, close_ms: Infinity, close_code: 1006 };

/**
 * @typedef {object} Entry  what passed: `opened` (path), `in`, `out`, `unsent` (an answer that found nobody), `refused` (status), `closed` (code)
 * @property {'opened'|'in'|'out'|'unsent'|'refused'|'closed'} what
 * @property {number} at_ms         of the epoch; of what goes out, when its first byte does
 * @property {number} [done_at_ms]  when its last one does
 * @property {string} [session_id]
 * @property {string} [type]
 * @property {object | string} [frame]  parsed, or the text where it is no JSON
 * @property {number} [bytes]
 *
 * @param {object} options
 * @param {'web'|'web2'} [options.variant]
 * @param {(samples: Int16Array) => string | Promise<string>} [options.hear]  the recogniser; nothing or an exception: it failed
 * @param {(text: string, exchanges: object[]) => string | object | Promise<string | object>} [options.answer]  the text, or `{text, intent, confidence}`
 * @param {(text: string) => import('../sound/wav.mjs').Sound | null | Promise<import('../sound/wav.mjs').Sound | null>} [options.sound]  null or an exception: no voice
 * @param {(samples: Int16Array) => boolean} [options.wake]  web2: is the wake word in it? Without it none is looked for
 * @param {(samples: Int16Array) => boolean} [options.is_speech]  web2
 */
export async function start_hal_server({ variant = 'web', port = 0, ...changed } = {}) {
  const dialect = dialects[variant];
  const options = {
    ...{ variant, hear: () => 'what time is it', answer: plain_answer, sound: () => tone() },
    is_speech: is_loud,
    ...real_times,
    ...dialect.limits,
    ...changed,
  };
  /** @type {Entry[]} */
  const log = [];
  const planned = [];
  let standing = null;
  let opening = plain_opening;
  let sessions = [];
  const gate = make_gate();
  const world = {
    ...{ dialect, options, gate },
    log(what, more) {
      const entry = { at_ms: now_ms(), what, ...more };
      log.push(entry);
      return entry;
    },
    next_fault: () => (planned.length > 0 ? planned.shift() : standing),
  };

  const sockets = new WebSocketServer({
    ...{ noServer: true, clientTracking: false, perMessageDeflate: false },
    maxPayload: options.message_bytes_max,
  });
  let tcp_sockets;
  let server;

  async function open(request, tcp, head) {
    const manner = opening;
    const gone = new Promise((resolve) => tcp.once('close', resolve));
    tcp.on('error', () => {});
    await Promise.race([gate.passes(), gone]);
    await pause(manner.delay_ms, gone);
    if (tcp.destroyed) return;
    if (manner.status !== 101) {
      world.log('refused', { status: manner.status, path: request.url });
      tcp.end(`HTTP/1.1 ${manner.status} ${STATUS_CODES[manner.status]}\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, tcp, head, (connection) => begin(manner, { connection, tcp, request }));
  }

  async function begin({ greet_ms, close_ms, close_code }, { connection, tcp, request }) {
    const session = new Session({ connection, tcp, world, path: request.url });
    sessions.push(session);
    session.gone.then(() => (sessions = sessions.filter((one) => one !== session)));
    pause(close_ms, session.gone).then(() => session.out.end(close_code));
    await pause(greet_ms, session.gone);
    if (connection.readyState === connection.OPEN) await session.greet();
  }

  async function start() {
    tcp_sockets = new Set();
    server = createServer((_, response) => response.writeHead(426, { upgrade: 'websocket' }).end());
    server.on('connection', (tcp) => {
      tcp_sockets.add(tcp);
      tcp.once('close', () => tcp_sockets.delete(tcp));
    });
    server.on('upgrade', open);
    await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    port = server.address().port;
  }

  async function stop() {
    for (const tcp of tcp_sockets) tcp.resetAndDestroy();
    await new Promise((resolve) => server.close(resolve));
  }

  await start();
  return {
    port,
    url: `ws://127.0.0.1:${port}`,
    log,
    /** @returns {Entry[]} frames of one direction, and of one type where it is named */
    frames: (what, type) =>
      log.filter((entry) => entry.what === what && (type === undefined || entry.type === type)),
    /** The ids of the connections there are, oldest first. */
    sessions: () => sessions.map(({ session_id }) => session_id),
    plan: (...list) => planned.push(...list),
    always: (fault) => (standing = fault),
    /** @param {{delay_ms?: number, status?: number, greet_ms?: number, close_ms?: number, close_code?: number}} manner  none: as the real one */
    opening: (manner = {}) => (opening = { ...plain_opening, ...manner }),
    /** @param {object | string} frame @param {import('./outgoing.mjs').Manner} [manner] */
    say: (frame, manner) => Promise.all(sessions.map(({ out }) => out.put(frame, manner))),
    close_all: (code, reason) => Promise.all(sessions.map(({ out }) => out.end(code, reason))),
    hang(on) {
      for (const { connection } of sessions) on ? connection.pause() : connection.resume();
      if (on) gate.close();
      else gate.open();
    },
    stop,
    start,
    async close() {
      gate.open();
      await stop();
    },
  };
}
