// One connection's way out. Frames leave one after another, also where one of them takes its time, and a server that hangs keeps them.
import WebSocket from 'ws';
import { now_ms, pause } from './time.mjs';

/** A server's text frame as bytes: not masked, in one piece. */
function frame_bytes(payload) {
  const long = payload.length > 0xffff;
  const head = Buffer.alloc(payload.length < 126 ? 2 : long ? 10 : 4);
  head[0] = 0x81;
  head[1] = head.length === 2 ? payload.length : long ? 127 : 126;
  if (long) head.writeBigUInt64BE(BigInt(payload.length), 2);
  else if (head.length === 4) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

function* pieces_of(bytes, piece_bytes) {
  for (let at = 0; at < bytes.length; at += piece_bytes) yield bytes.subarray(at, at + piece_bytes);
}

/**
 * @typedef {object} Manner  how a frame is sent; without any, at once and whole
 * @property {number} [piece_bytes]  its bytes in pieces of so many on TCP; a piece may end within a letter or the frame's head
 * @property {number} [part_bytes]   as a message of several WebSocket frames of so many bytes
 * @property {number} [every_ms]     between pieces or parts
 * @property {number} [cut_bytes]    so many bytes of it, then the connection is gone
 */
export class Outgoing {
  #last = Promise.resolve();

  /** @param {{connection: WebSocket, tcp: import('node:net').Socket, gate: object, log: Function, gone: Promise<void>}} parts */
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** @param {object | string} frame  a string goes out as it is @param {Manner} manner */
  put(frame, manner = {}) {
    return this.#in_turn(async () => {
      const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
      const entry = { type: frame.type, frame, bytes: Buffer.byteLength(text) };
      if (!this.#is_open()) return this.log('unsent', entry);
      const logged = this.log('out', entry);
      await this.#send(text, manner);
      logged.done_at_ms = now_ms();
    });
  }

  ping() {
    return this.#in_turn(() => this.#is_open() && this.connection.ping());
  }

  /** 1006 is what a page calls an end without a close frame. */
  end(code, reason = '') {
    return this.#in_turn(() =>
      code === 1006 ? this.tcp.resetAndDestroy() : this.connection.close(code, reason),
    );
  }

  #in_turn(work) {
    this.#last = this.#last.then(async () => {
      await Promise.race([this.gate.passes(), this.gone]);
      return work();
    });
    return this.#last;
  }

  #is_open() {
    return this.connection.readyState === WebSocket.OPEN;
  }

  async #send(text, { piece_bytes, part_bytes, every_ms = 0, cut_bytes }) {
    const payload = Buffer.from(text);
    if (cut_bytes !== undefined) {
      const cut = frame_bytes(payload).subarray(0, cut_bytes);
      await new Promise((resolve) => this.tcp.write(cut, resolve));
      this.tcp.destroy();
    } else if (piece_bytes !== undefined) {
      for (const piece of pieces_of(frame_bytes(payload), piece_bytes)) {
        if (!this.#is_open()) return;
        this.tcp.write(piece);
        await pause(every_ms, this.gone);
      }
    } else if (part_bytes !== undefined) {
      let left_bytes = payload.length;
      for (const part of pieces_of(payload, part_bytes)) {
        if (!this.#is_open()) return;
        left_bytes -= part.length;
        this.connection.send(part, { binary: false, fin: left_bytes === 0 });
        await pause(every_ms, this.gone);
      }
    } else this.connection.send(text);
  }
}
