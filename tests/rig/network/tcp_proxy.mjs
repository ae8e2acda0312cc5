// A small TCP proxy for faults of the network between a page and the gateway. It knows nothing of what passes.
//
//   latency, bandwidth, slicing   `shape({latency_ms, bytes_per_s, slice_bytes, slice_every_ms})`, each way, from now on
//   slow close                    `shape({close_ms})`: an end is passed on so much later
//   freeze, thaw                  nothing passes, ends neither, and new connections get no answer; then all of it does, in order
//   reset                         every connection there is, on both sides
//   half_open                     the connections there are hear nothing any more, not even an end; new ones pass
//   refuse                        new connections are reset at once
//
// A frozen network keeps what was sent, as the senders' kernels do; a half-open connection loses it.
import { connect, createServer } from 'node:net';

const piece_bytes_max = 1_460;
const held_bytes_max = 1 << 20;

/** One direction of one connection. */
class Way {
  #queue = [];
  #held_bytes = 0;
  #free_at_ms = 0;
  #timer;

  constructor(from, to, network) {
    Object.assign(this, { from, to, network });
    from.setNoDelay(true);
    from.on('data', (bytes) => this.#take({ bytes }));
    from.on('end', () => this.#take({ end: true }));
    from.on('error', () => this.#take({ reset: true }));
  }

  #take(one) {
    const { latency_ms, close_ms } = this.network.shape;
    this.#queue.push({ ...one, at_ms: performance.now() + latency_ms + (one.end ? close_ms : 0) });
    this.#held_bytes += one.bytes?.length ?? 0;
    if (this.#held_bytes > held_bytes_max) this.from.pause();
    this.pump();
  }

  pump() {
    clearTimeout(this.#timer);
    while (this.#queue.length > 0 && !this.network.frozen && !this.is_lost) {
      const now_ms = performance.now();
      const due_ms = Math.max(this.#queue[0].at_ms, this.#free_at_ms);
      // node's timers are early by less than a millisecond.
      if (due_ms > now_ms + 0.5) {
        this.#timer = setTimeout(() => this.pump(), due_ms - now_ms);
        return;
      }
      this.#pass(this.#queue[0], Math.max(due_ms, this.#free_at_ms));
    }
    if (this.is_lost) this.#queue = [];
  }

  #pass(one, from_ms) {
    if (one.reset) this.to.resetAndDestroy();
    if (one.end) this.to.end();
    if (!one.bytes) return void this.#queue.shift();
    const { bytes_per_s, slice_bytes, slice_every_ms } = this.network.shape;
    const piece = one.bytes.subarray(
      0,
      Math.min(slice_bytes, bytes_per_s === Infinity ? slice_bytes : piece_bytes_max),
    );
    one.bytes = one.bytes.subarray(piece.length);
    if (one.bytes.length === 0) this.#queue.shift();
    this.#free_at_ms = from_ms + (piece.length / bytes_per_s) * 1_000 + slice_every_ms;
    this.#held_bytes -= piece.length;
    if (this.#held_bytes <= held_bytes_max) this.from.resume();
    if (!this.to.destroyed) this.to.write(piece);
  }

  /** What is on its way is gone, and so is all that follows. */
  lose() {
    this.is_lost = true;
    this.pump();
  }

  end() {
    clearTimeout(this.#timer);
    this.is_lost = true;
    this.from.destroy();
  }
}

const plain_shape = {
  latency_ms: 0,
  bytes_per_s: Infinity,
  slice_bytes: Infinity,
  slice_every_ms: 0,
  close_ms: 0,
};

/** @param {number | (() => number)} target  the port on this machine; a function where it moves */
export async function start_tcp_proxy(target) {
  const network = { shape: plain_shape, frozen: false };
  const ways = new Set();
  let refusing = false;

  const open = (page) => {
    const port = typeof target === 'function' ? target() : target;
    const server = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    for (const [from, to] of [
      [page, server],
      [server, page],
    ]) {
      const way = new Way(from, to, network);
      ways.add(way);
      from.on('close', () => {
        ways.delete(way);
        // Neither side is left with a peer that is gone, unless that is the fault.
        if (!way.is_lost && !network.frozen && from.errored) to.resetAndDestroy();
      });
    }
  };
  const proxy = createServer({ allowHalfOpen: true, pauseOnConnect: false }, (page) => {
    page.on('error', () => {});
    if (refusing) page.resetAndDestroy();
    else open(page);
  });
  await new Promise((resolve, reject) => proxy.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address();
  return {
    port,
    url: `http://localhost:${port}`,
    /** How many connections go through, counted at the page's end. */
    connections: () => [...ways].filter(({ is_lost }) => !is_lost).length / 2,
    shape: (shape = {}) => (network.shape = { ...plain_shape, ...shape }),
    freeze: () => (network.frozen = true),
    thaw() {
      network.frozen = false;
      for (const way of [...ways]) way.pump();
    },
    reset() {
      for (const { from } of [...ways]) from.resetAndDestroy();
    },
    half_open() {
      for (const way of ways) way.lose();
    },
    refuse: (on) => (refusing = on),
    close: () =>
      new Promise((resolve) => {
        for (const way of [...ways]) way.end();
        proxy.close(resolve);
      }),
  };
}
