// A small HTTP proxy between the browser and the real gateway, for faults that a healthy gateway cannot make on request.
//
// Why it exists although tests should meet the real server: a 500, a socket dropped at a chosen byte, an answer without
// end or a body of garbage need a broken server, and breaking the gateway for its tests would put the faults into the
// product. Everything that is no fault passes through unchanged, and what settings of the gateway can produce
// (400, 401, 403, 429, 503, slow answers) comes from the gateway itself.
//
// `plan(...)` queues one fault for each coming POST; null lets that POST pass. `always(fault)` holds until changed.
//
// Each request gets a connection of its own unless `keep_alive` is set: Chromium itself sends a POST again when a *reused*
// connection ends before the first byte of an answer, below anything that a page can see or prevent.
import { createServer, request as http_request } from 'node:http';
import { sleep } from '../widget.mjs';

/**
 * @typedef {object} Fault
 * @property {'answer'|'drop'|'delay'|'sse'|'slice'} kind
 * @property {boolean} [forward]     answer, sse: the gateway gets the request too, and its reply is thrown away
 * @property {number} [status]       answer: default 500
 * @property {Record<string, string>} [headers]  answer
 * @property {string|Buffer|Iterable<string|Buffer>} [body]  answer
 * @property {boolean} [cors]        answer, sse: false leaves the CORS headers out, as a proxy's own error page does
 * @property {'before_forward'|'after_forward'|'after_headers'|'mid_stream'} [when]  drop
 * @property {number} [after_bytes]  drop in mid-stream: after so many bytes of the body
 * @property {number} [delay_ms]     delay: nothing is answered for so long; Infinity for ever
 * @property {() => Iterable<string|Buffer>} [chunks]  sse: may be endless
 * @property {number} [interval_ms]  sse, slice: the pause between pieces
 * @property {number} [piece_bytes]  slice: the answer arrives in pieces of so many bytes
 */

function cors_headers(request) {
  const origin = request.headers.origin;
  if (!origin) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers':
      'Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset',
    vary: 'Origin',
  };
}

async function read_body(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Sends the request on and gives the gateway's response as a stream. */
function forward(target, request, body) {
  return new Promise((resolve, reject) => {
    const { host, connection, ...headers } = request.headers;
    const upstream = http_request(
      new URL(request.url, target),
      {
        method: request.method,
        headers: { ...headers, 'content-length': String(body.length) },
        agent: false,
      },
      resolve,
    );
    upstream.once('error', reject);
    upstream.end(body);
  });
}

const hop_by_hop = new Set(['connection', 'keep-alive', 'transfer-encoding']);
function write_head(response, upstream) {
  const headers = Object.fromEntries(
    Object.entries(upstream.headers).filter(([name]) => !hop_by_hop.has(name)),
  );
  response.writeHead(upstream.statusCode, headers);
  response.flushHeaders();
}

/** Writes with back-pressure; gives false when the browser has gone. */
async function write(response, piece) {
  if (response.destroyed) return false;
  if (!response.write(piece)) {
    await new Promise((resolve) => {
      const done = () => {
        response.off('drain', done).off('close', done);
        resolve();
      };
      response.on('drain', done).on('close', done);
    });
  }
  return !response.destroyed;
}

const faults = {
  async answer(fault, { request, response, pass }) {
    if (fault.forward) (await pass()).resume();
    const cors = fault.cors === false ? {} : cors_headers(request);
    response.writeHead(fault.status ?? 500, {
      'content-type': 'application/json',
      ...cors,
      ...fault.headers,
    });
    const body = fault.body ?? '{"error":"Internal server error"}';
    if (typeof body === 'string' || Buffer.isBuffer(body)) return void response.end(body);
    for (const piece of body) if (!(await write(response, piece))) return;
    response.end();
  },

  async drop(fault, { request, response, pass }) {
    const cut = () => request.socket.destroy();
    if (fault.when === 'before_forward') return cut();
    const upstream = await pass();
    if (fault.when === 'after_forward') {
      // The whole answer is awaited, so the turn is surely stored when the browser sees the drop.
      for await (const _ of upstream);
      return cut();
    }
    write_head(response, upstream);
    if (fault.when === 'after_headers') {
      await sleep(20);
      return cut();
    }
    let left = fault.after_bytes ?? 60;
    for await (const piece of upstream) {
      if (piece.length >= left) {
        await write(response, piece.subarray(0, left));
        await sleep(20);
        upstream.destroy();
        return cut();
      }
      left -= piece.length;
      await write(response, piece);
    }
    cut();
  },

  async delay(fault, { response, pass, closing }) {
    const upstream = await pass();
    if (fault.delay_ms === Infinity) {
      upstream.resume();
      return closing;
    }
    await Promise.race([sleep(fault.delay_ms), closing]);
    if (response.destroyed) return upstream.destroy();
    write_head(response, upstream);
    upstream.pipe(response);
  },

  async sse(fault, { request, response, pass }) {
    if (fault.forward) (await pass()).resume();
    const cors = fault.cors === false ? {} : cors_headers(request);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', ...cors });
    for (const piece of fault.chunks()) {
      if (!(await write(response, piece))) return;
      if (fault.interval_ms !== undefined) await sleep(fault.interval_ms);
    }
    response.end();
  },

  async slice(fault, { response, pass }) {
    const upstream = await pass();
    write_head(response, upstream);
    response.socket?.setNoDelay(true);
    const size = fault.piece_bytes ?? 1;
    for await (const piece of upstream) {
      for (let at = 0; at < piece.length; at += size) {
        if (!(await write(response, piece.subarray(at, at + size)))) return;
        await sleep(fault.interval_ms ?? 0);
      }
    }
    response.end();
  },
};

/**
 * @param {string} target  the gateway's address; a function where it moves
 */
export async function start_fault_proxy(target, { keep_alive = false } = {}) {
  const target_url = () => (typeof target === 'function' ? target() : target);
  const planned = [];
  let standing = null;
  const posts = [];
  let close_all;
  const closing = new Promise((resolve) => (close_all = resolve));

  const server = createServer(async (request, response) => {
    response.shouldKeepAlive = keep_alive;
    const body = await read_body(request).catch(() => Buffer.alloc(0));
    const pass = () => forward(target_url(), request, body);
    try {
      let fault = null;
      if (request.method === 'POST') {
        fault = planned.length > 0 ? planned.shift() : standing;
        posts.push({
          time_ms: Date.now(),
          url: request.url,
          headers: request.headers,
          body,
          fault: fault?.kind ?? null,
        });
      }
      if (fault) return await faults[fault.kind](fault, { request, response, pass, closing });
      const upstream = await pass();
      write_head(response, upstream);
      upstream.pipe(response);
      response.once('close', () => upstream.destroy());
    } catch {
      // The gateway refused or vanished: the browser sees a dropped connection, as it would without the proxy.
      request.socket.destroy();
    }
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${server.address().port}`,
    /** Every POST the browser made, with its body, in order. */
    posts,
    plan: (...list) => planned.push(...list),
    always: (fault) => (standing = fault),
    close: () =>
      new Promise((resolve) => {
        close_all();
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
