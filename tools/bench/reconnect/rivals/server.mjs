// The other side of a rival client, in a process of its own that can be killed: answers each message with itself.
//   node server.mjs KIND PORT MODULES   MODULES: the folder that has the rivals' packages
//
// socket.io has its own server. centrifuge speaks to what is written here after its public JSON protocol (a server's own pace would
// only add to its times), reconnecting-websocket to a plain WebSocket.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [kind, port, modules] = process.argv.slice(2);
const load = createRequire(join(modules, 'package.json'));
const http = createServer();

const servers = {
  'socket.io-client'() {
    const { Server } = load('socket.io');
    new Server(http, { transports: ['websocket'] }).on('connection', (socket) =>
      socket.on('say', (text, ack) => ack(text)),
    );
  },
  'reconnecting-websocket'() {
    new (load('ws').WebSocketServer)({ server: http }).on('connection', (socket) =>
      socket.on('message', (text) => socket.send(String(text))),
    );
  },
  centrifuge() {
    const answer = ({ id, connect, rpc }) =>
      connect
        ? { id, connect: { client: String(id), version: '1', ping: 15, pong: true } }
        : { id, rpc: { data: rpc?.data } };
    new (load('ws').WebSocketServer)({ server: http }).on('connection', (socket) => {
      const ping = setInterval(() => socket.send('{}'), 15_000);
      socket.on('close', () => clearInterval(ping));
      socket.on('message', (frame) => {
        for (const line of String(frame).split('\n').filter(Boolean)) {
          const command = JSON.parse(line);
          if (command.id) socket.send(JSON.stringify(answer(command)));
        }
      });
    });
  },
};

servers[kind]();
http.listen(Number(port), '127.0.0.1', () => process.stdout.write('listening\n'));
