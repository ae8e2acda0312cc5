// Where the witness's beats arrive: the time of each, taken in a thread of its own as that of the call's frames is.
import { parentPort } from 'node:worker_threads';
import { WebSocketServer } from 'ws';

const beats = [];
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('connection', (socket) =>
  socket.on('message', (age) =>
    beats.push({ at_ms: performance.timeOrigin + performance.now(), age_ms: Number(age) }),
  ),
);
server.on('listening', () => parentPort.postMessage(server.address().port));
parentPort.on('message', () => parentPort.postMessage(beats));
