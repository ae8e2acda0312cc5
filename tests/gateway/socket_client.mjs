// A page's side of shopbell.v1 for tests: real WebSockets, frames kept in order, and no idea of what they mean.
import WebSocket from 'ws';
import { shopOrigin, until } from './helpers.mjs';

const address = (gateway, path) =>
  gateway.url.replace(/^http/, 'ws').replace('localhost', '127.0.0.1') + path;

class Client {
  frames = [];
  closed = null;

  constructor(url, options) {
    this.ws = new WebSocket(url, { origin: shopOrigin, perMessageDeflate: false, ...options });
    this.ws.on('message', (data, binary) => this.frames.push(this.read(data, binary)));
    this.ws.on('close', (code, reason) => (this.closed = { code, reason: String(reason) }));
    this.ws.on('error', () => {});
  }

  opened() {
    return until(() => this.ws.readyState === WebSocket.OPEN || this.closed);
  }

  /** The first frame that `fits`, already there or still to come. */
  frame(fits, limitMs) {
    return until(() => this.frames.find(fits), limitMs);
  }

  /** @returns {Promise<number>} the code with which it was closed */
  async code(limitMs) {
    return (await until(() => this.closed, limitMs)).code;
  }

  /** Without a close frame, as when a network goes. */
  cut() {
    this.ws.terminate();
  }
}

export class TextClient extends Client {
  constructor(gateway, { path = '/shopbell/v1/text', ...options } = {}) {
    super(address(gateway, path), options);
  }

  read(data) {
    return JSON.parse(String(data));
  }

  send(frame) {
    this.ws.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  of(type, limitMs) {
    return this.frame((frame) => frame.t === type, limitMs);
  }

  all(type) {
    return this.frames.filter((frame) => frame.t === type);
  }

  /** The reply to a message, when it is complete. */
  done(id, limitMs) {
    return this.frame((frame) => frame.t === 'done' && frame.id === `${id}.reply`, limitMs);
  }
}

export const helloFrame = (more) => ({ t: 'hello', v: 1, oldest: 1, client: 'test', key: 'demo', ...more });

/** Opens a text socket, says hello, and waits for the welcome. */
export async function join(t, gateway, { hello = {}, ...options } = {}) {
  const client = new TextClient(gateway, options);
  t.after(() => client.cut());
  await client.opened();
  client.send(helloFrame(hello));
  client.welcome = await client.of('welcome');
  return client;
}

/** What a page knows when it comes back. */
export const place = (client) => {
  const { session, secret, epoch } = client.welcome;
  const seqs = client.frames.map(({ seq }) => seq).filter(Number.isInteger);
  return { session, secret: secret ?? client.secret, epoch, seq: Math.max(...seqs) };
};

let lastId = 0;
export const newId = () => `message-${process.pid}-${(lastId += 1)}`;

// The voice socket: bytes written out here by hand, so that the test does not share a codec with what it tests.

export class VoiceClient extends Client {
  /** @param {string} url as the welcome gave it */
  constructor(url, options) {
    super(url.replace('localhost', '127.0.0.1'), options);
  }

  read(data) {
    return { kind: data[0], bytes: data };
  }

  send(bytes) {
    this.ws.send(bytes, { binary: true });
  }

  of(kind, limitMs) {
    return this.frame((frame) => frame.kind === kind, limitMs);
  }

  all(kind) {
    return this.frames.filter((frame) => frame.kind === kind);
  }
}

export const voiceHello = (ticket, { version = 1, oldest = 1, next = 0, muted = false } = {}) => {
  const rest = Buffer.alloc(5);
  rest.writeUInt32LE(next, 0);
  rest[4] = muted ? 1 : 0;
  return Buffer.concat([Buffer.from([0x01, version, oldest, ticket.length]), Buffer.from(ticket), rest]);
};

export const audioFrame = (sequence, { stream = 0, flags = 0, timestamp = sequence * 960, payload } = {}) => {
  const header = Buffer.from([0x02, stream, flags, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(sequence, 4);
  header.writeUInt32LE(timestamp >>> 0, 8);
  return Buffer.concat([header, payload ?? Buffer.from([0xf8, 1, 2, sequence & 0xff])]);
};

export function readVoiceWelcome({ bytes }) {
  const ticketBytes = bytes[9];
  return {
    version: bytes[1],
    resumed: bytes[2] === 1,
    heartbeat_ms: bytes.readUInt16LE(3),
    next_sequence: bytes.readUInt32LE(5),
    ticket: String(bytes.subarray(10, 10 + ticketBytes)),
  };
}

/** Opens a voice socket with a ticket and waits for its welcome. */
export async function call(t, offer, hello) {
  const client = new VoiceClient(offer.url);
  t.after(() => client.cut());
  await client.opened();
  client.send(voiceHello(offer.ticket, hello));
  client.welcome = readVoiceWelcome(await client.of(0x81));
  return client;
}
