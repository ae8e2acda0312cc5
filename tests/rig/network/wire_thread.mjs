// The relay of wire.mjs, in a thread of its own so that no work of the test delays a frame or its time.
import { connect, createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const head_end = Buffer.from('\r\n\r\n');
const now_ms = () => performance.timeOrigin + performance.now();
let frames = [];
const sockets = new Set();
let connections = 0;
const drop_every = { page: 0, server: 0 };

/**
 * One direction of one connection. Its bytes go on as they come; those of a voice socket frame by frame, each noted with its time.
 * @param {{from: net.Socket, to: net.Socket, is_voice: (head: string) => boolean, take: (opcode: number, payload: Buffer) => boolean}} way
 *   take: false: the frame gets lost
 */
function carry({ from, to, is_voice, take }) {
  let held = Buffer.alloc(0);
  let reads = 'head';
  from.on('data', (bytes) => {
    if (reads === 'nothing') return void to.write(bytes);
    held = Buffer.concat([held, bytes]);
    if (reads === 'head') {
      const end = held.indexOf(head_end);
      if (end < 0) return;
      reads = is_voice(held.toString('latin1', 0, end)) ? 'frames' : 'nothing';
      const passed = reads === 'frames' ? end + head_end.length : held.length;
      to.write(held.subarray(0, passed));
      held = held.subarray(passed);
    }
    for (let frame; reads === 'frames' && (frame = first_frame(held)); held = held.subarray(frame.bytes))
      if (take(frame.opcode, frame.payload)) to.write(held.subarray(0, frame.bytes));
  });
}

/** The first whole WebSocket frame, or undefined. */
function first_frame(bytes) {
  if (bytes.length < 2) return undefined;
  let at = 2;
  let size = bytes[1] & 127;
  if (size === 127) throw new Error('a frame that no voice socket has');
  if (size === 126) {
    if (bytes.length < 4) return undefined;
    size = bytes.readUInt16BE(2);
    at = 4;
  }
  const masked = (bytes[1] & 128) !== 0;
  const mask = bytes.subarray(at, at + 4);
  if (masked) at += 4;
  if (bytes.length < at + size) return undefined;
  const payload = Buffer.from(bytes.subarray(at, at + size));
  if (masked) for (let i = 0; i < size; i += 1) payload[i] ^= mask[i & 3];
  return { opcode: bytes[0] & 15, bytes: at + size, payload };
}

const server = createServer((page) => {
  const gateway = connect(workerData.port, '127.0.0.1');
  const connection = (connections += 1);
  let voice = false;
  const audio = { page: 0, server: 0 };
  const take_from = (from) => (opcode, bytes) => {
    if (opcode !== 2) return true;
    const is_audio = (bytes[0] & 0x7f) === 2;
    if (is_audio && drop_every[from] && (audio[from] += 1) % drop_every[from] === 0) return false;
    frames.push({ connection, from, at_ms: now_ms(), bytes });
    return true;
  };
  const ways = [
    {
      from: page,
      to: gateway,
      is_voice: (head) => (voice = / \/shopbell\/v1\/voice[ ?]/.test(head)),
      take: take_from('page'),
    },
    { from: gateway, to: page, is_voice: (head) => voice && / 101 /.test(head), take: take_from('server') },
  ];
  for (const { from, to, ...reading } of ways) {
    from.setNoDelay(true);
    carry({ from, to, ...reading });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => {
      to.destroy();
      sockets.delete(from);
    });
    sockets.add(from);
  }
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));

parentPort.on('message', (message) => {
  if (message.ask === 'frames') parentPort.postMessage({ frames });
  if (message.ask === 'forget') frames = [];
  if (message.ask === 'cut') for (const socket of sockets) socket.resetAndDestroy();
  if (message.ask === 'drop') drop_every[message.from] = message.every;
});
