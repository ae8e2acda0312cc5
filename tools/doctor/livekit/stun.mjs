// STUN's binding request as ICE sends it (RFC 8489, RFC 8445): the one thing that a media port answers to somebody who has no media.
import { createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';

const binding_request = 0x0001;
const binding_success = 0x0101;
const cookie = 0x2112a442;
const attributes = { username: 0x0006, integrity: 0x0008, priority: 0x0024, controlling: 0x802a };
const head_bytes = 20;
const integrity_bytes = 24;
const priority = 1_845_501_695;

function attribute(type, value) {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

/** @param {{ufrag: string, pwd: string}} theirs @param {{ufrag: string}} ours */
export function binding(theirs, ours) {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(priority);
  const body = Buffer.concat([
    attribute(attributes.username, Buffer.from(`${theirs.ufrag}:${ours.ufrag}`)),
    attribute(attributes.priority, number),
    attribute(attributes.controlling, randomBytes(8)),
  ]);
  const head = Buffer.alloc(head_bytes);
  head.writeUInt16BE(binding_request, 0);
  // The length that is signed counts the signature.
  head.writeUInt16BE(body.length + integrity_bytes, 2);
  head.writeUInt32BE(cookie, 4);
  randomBytes(12).copy(head, 8);
  const signed = Buffer.concat([head, body]);
  const signature = createHmac('sha1', theirs.pwd).update(signed).digest();
  return Buffer.concat([signed, attribute(attributes.integrity, signature)]);
}

const answers = (request, bytes) =>
  bytes.length >= head_bytes &&
  bytes.readUInt16BE(0) === binding_success &&
  bytes.subarray(8, head_bytes).equals(request.subarray(8, head_bytes));

const again_ms = 300;

/** Said again until it is answered, as UDP may lose it and the server may not be ready yet. @returns {Promise<number | undefined>} ms */
export function ask_udp({ ip, port }, make_request, limit_ms) {
  return new Promise((resolve) => {
    const socket = createSocket(ip.includes(':') ? 'udp6' : 'udp4');
    const begun_ms = performance.now();
    const sent = [];
    const done = (ms) => {
      clearTimeout(limit);
      clearInterval(timer);
      socket.close();
      resolve(ms);
    };
    const send = () => {
      const request = make_request();
      sent.push(request);
      socket.send(request, port, ip, () => {});
    };
    const limit = setTimeout(done, limit_ms);
    const timer = setInterval(send, again_ms);
    socket.on('error', () => {});
    socket.on('message', (bytes) => {
      if (sent.some((request) => answers(request, bytes))) done(performance.now() - begun_ms);
    });
    send();
  });
}

/** Over TCP each has its length before it (RFC 4571). @returns {Promise<{connected: boolean, ms?: number}>} */
export function ask_tcp({ ip, port }, make_request, limit_ms) {
  return new Promise((resolve) => {
    const begun_ms = performance.now();
    const sent = [];
    let connected = false;
    let read = Buffer.alloc(0);
    let timer;
    const done = (ms) => {
      clearTimeout(limit);
      clearInterval(timer);
      socket.destroy();
      resolve({ connected, ms });
    };
    const socket = connect({ host: ip, port });
    const limit = setTimeout(done, limit_ms);
    const send = () => {
      const request = make_request();
      sent.push(request);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(request.length);
      socket.write(Buffer.concat([length, request]));
    };
    socket.once('connect', () => {
      connected = true;
      send();
      timer = setInterval(send, again_ms);
    });
    socket.on('error', () => done());
    socket.on('close', () => done());
    socket.on('data', (bytes) => {
      read = Buffer.concat([read, bytes]);
      while (read.length >= 2 && read.length >= 2 + read.readUInt16BE(0)) {
        const frame = read.subarray(2, 2 + read.readUInt16BE(0));
        read = read.subarray(2 + frame.length);
        if (sent.some((request) => answers(request, frame))) return done(performance.now() - begun_ms);
      }
    });
  });
}
