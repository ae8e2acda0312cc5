// STUN's binding request as ICE sends it (RFC 8489, RFC 8445): the one thing that a media port answers to somebody who has no media.
import { createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';

const binding_request = 0x0001;
/** Success, or an error such as a conflict of roles: an answer both. */
const binding_answers = [0x0101, 0x0111];
const cookie = 0x2112a442;
const attributes = {
  username: 0x0006,
  integrity: 0x0008,
  priority: 0x0024,
  controlled: 0x8029,
  controlling: 0x802a,
};
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

/**
 * Whoever offers controls, but for a lite agent, which never does.
 * @param {{ufrag: string, pwd: string, is_lite: boolean}} theirs of the offer
 * @param {{ufrag: string}} ours
 */
export function binding(theirs, ours) {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(priority);
  const body = Buffer.concat([
    attribute(attributes.username, Buffer.from(`${theirs.ufrag}:${ours.ufrag}`)),
    attribute(attributes.priority, number),
    attribute(theirs.is_lite ? attributes.controlling : attributes.controlled, randomBytes(8)),
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

const is_answer = (request, bytes) =>
  bytes.length >= head_bytes &&
  binding_answers.includes(bytes.readUInt16BE(0)) &&
  bytes.subarray(8, head_bytes).equals(request.subarray(8, head_bytes));

const again_ms = 200;

/** Requests under way. A server that has just heard of us answers the first ones not at all. */
class Asked {
  #sent = [];

  /** @param {() => Buffer} make_request */
  constructor(make_request) {
    this.make_request = make_request;
  }

  next() {
    const request = this.make_request();
    this.#sent.push({ request, at_ms: performance.now() });
    return request;
  }

  /** @returns {number | undefined} how long ago that was asked which these bytes answer */
  answered(bytes) {
    const one = this.#sent.find(({ request }) => is_answer(request, bytes));
    return one && performance.now() - one.at_ms;
  }
}

/** Said again until it is answered, as UDP may lose it and the server may not be ready yet. @returns {Promise<number | undefined>} ms */
export function ask_udp({ ip, port }, make_request, limit_ms) {
  return new Promise((resolve) => {
    const socket = createSocket(ip.includes(':') ? 'udp6' : 'udp4');
    const asked = new Asked(make_request);
    const done = (ms) => {
      clearTimeout(limit);
      clearInterval(timer);
      socket.close();
      resolve(ms);
    };
    const send = () => socket.send(asked.next(), port, ip, () => {});
    const limit = setTimeout(done, limit_ms);
    const timer = setInterval(send, again_ms);
    socket.on('error', () => {});
    socket.on('message', (bytes) => {
      const ms = asked.answered(bytes);
      if (ms !== undefined) done(ms);
    });
    send();
  });
}

/** Over TCP each has its length before it (RFC 4571). @returns {Promise<number | undefined>} ms */
export function ask_tcp({ ip, port }, make_request, limit_ms) {
  return new Promise((resolve) => {
    const asked = new Asked(make_request);
    let read = Buffer.alloc(0);
    let timer;
    const done = (ms) => {
      clearTimeout(limit);
      clearInterval(timer);
      socket.destroy();
      resolve(ms);
    };
    const socket = connect({ host: ip, port });
    const limit = setTimeout(done, limit_ms);
    const send = () => {
      const request = asked.next();
      const length = Buffer.alloc(2);
      length.writeUInt16BE(request.length);
      socket.write(Buffer.concat([length, request]));
    };
    socket.once('connect', () => {
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
        const ms = asked.answered(frame);
        if (ms !== undefined) return done(ms);
      }
    });
  });
}
