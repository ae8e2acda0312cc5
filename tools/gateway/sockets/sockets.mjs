// The two WebSockets of shopbell.v1. The registry (wasm/registry) decides; here is what carries its commands out:
// sockets, the store, answers (conversation.mjs) and calls (calls.mjs).
//
// Everything passes one queue: an event is told to the registry, its commands are carried out in their order, and what
// they bring about (a message that was stored, a word of a reply) is the next event. So nothing happens inside of
// something else, and an ack can only follow its insert.
//
// A registry that traps has broken an invariant of its own. Its sockets are closed with 1012 and a new one takes over: pages
// come back within a second or so, and what was acknowledged is in the store.
import { addressKey, networksOf } from '../costs/limits.mjs';
import { acceptUpgrades } from './upgrade.mjs';

// A socket that was told to close gets this long to answer.
const closeWithinMs = 2_000;
const timerMaxMs = 60_000;
const startAgainAfterMs = 1_000;

// A number at the beginning is how many seconds the page is asked to stay away.
const closeWords = {
  1000: 'bye',
  1012: 'the gateway restarts',
  1013: '5: try again later',
  4400: 'bad frame',
  4401: 'not let in',
  4403: 'origin not allowed',
  4408: 'no hello or no heartbeat in time',
  4409: 'replaced by a newer join',
  4413: 'frame too big',
  4426: 'no version in common',
  4429: '5: too fast',
};

export class Sockets {
  #open = new Map();
  /** How many are open by network. */
  #openBy = new Map();
  #lastNumber = 0;
  #queue = [];
  #working = false;
  #timer;
  #carriers = new Map();

  /** @type {object|null} null while a new one is being loaded */
  registry = null;
  /** Who has to forget what the lost registry asked for. */
  onTrapped = () => {};

  /**
   * @param {{config: object, makeRegistry: () => Promise<object>, metrics: object, log: object, openLimit: object, now: () => number}} parts
   */
  constructor(parts) {
    Object.assign(this, parts);
    this.carry('send', (command, bytes) => this.#send(command.socket, bytes, command.binary));
    this.carry('close', ({ socket, code }) => this.#close(socket, code));
    this.carry('count', ({ what, n, client }) => {
      this.metrics.counted(what, n);
      if (what === 'refused') this.metrics.versions.count(client, what, n);
    });
  }

  /** Names who carries out the commands of a type. @param {(command: object, bytes: Buffer) => void} carrier */
  carry(type, carrier) {
    this.#carriers.set(type, carrier);
  }

  async start() {
    this.registry = await this.makeRegistry();
  }

  listen(server) {
    this.stopListening = acceptUpgrades(server, this.config, (opened) => this.#opened(opened));
  }

  /** Tells the registry; what comes of it has happened when this returns, unless it was called from a carrier. */
  tell(event, payload) {
    this.#queue.push([event, payload]);
    if (this.#working) return;
    this.#working = true;
    try {
      for (let next; (next = this.#queue.shift());) this.#handle(...next);
    } finally {
      this.#working = false;
    }
    this.#setTimer();
  }

  /** What the registry counts, and how many of its people are gone: it has a socket for them that is not open. */
  counts() {
    if (!this.registry) return null;
    const { counts } = this.registry;
    const open = [...this.#open.values()].filter(({ ws }) => ws.readyState === ws.OPEN).length;
    return { ...counts, zombies: Math.max(0, counts.text_sockets + counts.voice_sockets - open) };
  }

  #handle(event, payload) {
    const output = this.#decided(event, payload);
    if (!output) return;
    const { commands, bytesOf } = output;
    for (const command of commands) {
      try {
        this.#carriers.get(command.type)(command, 'at' in command ? bytesOf(command) : undefined);
      } catch (error) {
        // One page's failure is not another's; what it was about stays without its answer and is tried again.
        this.log.error({ err: error, command: command.type }, 'command failed');
      }
    }
  }

  #decided(event, payload) {
    try {
      return this.registry?.handle(event, payload);
    } catch (error) {
      this.log.error({ err: error, event: event.type }, 'the registry could not handle an event');
      if (error instanceof WebAssembly.RuntimeError) this.#trapped();
      return undefined;
    }
  }

  #trapped() {
    this.registry = null;
    for (const number of [...this.#open.keys()]) this.#close(number, 1012);
    this.onTrapped();
    const start = () =>
      this.start().catch((error) => {
        this.log.error({ err: error }, 'the registry could not be loaded again');
        setTimeout(start, startAgainAfterMs).unref();
      });
    start();
  }

  #setTimer() {
    clearTimeout(this.#timer);
    if (!this.registry) return;
    const { dueMs } = this.registry;
    if (dueMs === Infinity) return;
    this.#timer = setTimeout(() => this.tell({ type: 'tick' }), Math.min(Math.max(dueMs, 0) + 1, timerMaxMs));
  }

  #opened({ ws, kind, page }) {
    if (!this.registry) {
      ws.on('error', () => {});
      this.metrics.socketClosed(1012);
      ws.close(1012, closeWords[1012]);
      return;
    }
    const number = (this.#lastNumber += 1);
    const address = addressKey(page.address);
    for (const { key } of networksOf(address)) this.#openBy.set(key, (this.#openBy.get(key) ?? 0) + 1);
    this.#open.set(number, { ws, address });
    ws.on('message', (data, isBinary) => {
      if (this.#open.has(number)) this.tell({ type: 'frame', socket: number, binary: isBinary }, data);
    });
    for (const kind of ['ping', 'pong'])
      ws.on(kind, () => this.#open.has(number) && this.tell({ type: 'control', socket: number }));
    ws.on('close', () => {
      if (this.#forget(number)) this.tell({ type: 'closed', socket: number });
    });
    // What is wrong (a broken frame, a reset) ends in `close` as well.
    ws.on('error', () => {});
    const common = {
      socket: number,
      address,
      origin_allowed: page.originAllowed,
      too_fast:
        !this.openLimit.take(address, this.now()).allowed ||
        networksOf(address).some(
          ({ key, times }) => this.#openBy.get(key) > times * this.config.socketsPerAddress,
        ),
    };
    if (kind === 'voice') this.tell({ type: 'voice_opened', ...common });
    else
      this.tell({
        type: 'text_opened',
        ...common,
        key_needed: page.keyNeeded,
        voice_url: this.voiceOffered() ? page.voiceUrl : '',
      });
  }

  /** Replaced where there are calls. */
  voiceOffered() {
    return false;
  }

  #send(number, bytes, binary) {
    const ws = this.#open.get(number)?.ws;
    if (!ws) return;
    ws.send(bytes, { binary });
    // Whoever does not read would have the gateway keep it all.
    if (ws.bufferedAmount > this.config.socketBufferBytesMax)
      this.tell({ type: 'congested', socket: number });
  }

  /** Whether it was there. */
  #forget(number) {
    const { address } = this.#open.get(number) ?? {};
    if (address === undefined) return false;
    this.#open.delete(number);
    for (const { key } of networksOf(address)) {
      const left = this.#openBy.get(key) - 1;
      if (left > 0) this.#openBy.set(key, left);
      else this.#openBy.delete(key);
    }
    return true;
  }

  #close(number, code) {
    const ws = this.#open.get(number)?.ws;
    if (!ws) return;
    this.#forget(number);
    this.metrics.socketClosed(code);
    ws.close(code, closeWords[code]);
    setTimeout(() => ws.terminate(), closeWithinMs).unref();
  }

  /** Nobody is let in and nothing is taken any more; replies in the making go on. */
  closing() {
    this.tell({ type: 'closing' });
  }

  /** Closes every socket and waits until their last bytes have left. */
  async end() {
    this.stopListening?.();
    const left = [...this.#open.values()].map(
      ({ ws }) =>
        new Promise((resolve) => (ws.readyState === ws.CLOSED ? resolve() : ws.once('close', resolve))),
    );
    const sockets = [...this.#open.values()].map(({ ws }) => ws);
    this.tell({ type: 'closing', final: true });
    clearTimeout(this.#timer);
    let limit;
    const late = new Promise((resolve) => (limit = setTimeout(resolve, 500)));
    await Promise.race([Promise.all(left), late]);
    clearTimeout(limit);
    for (const ws of sockets) ws.terminate();
  }
}
