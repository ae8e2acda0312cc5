// The codec workers: a call is given to the one with the fewest and stays there. They start with the first call. One that dies takes its
// calls' codec state with it; they are told, and opened again in a fresh worker: a call does not end by that.
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { Worker } from 'node:worker_threads';

const shortLifeMs = 1000;

export class CodecPool {
  #module = null;
  #workers = [];
  #next = 1;
  #closed = false;

  /** @param {{moduleFile: string, workers: number, log: object}} options workers 0: one less than the cores */
  constructor({ moduleFile, workers, log }) {
    this.moduleFile = moduleFile;
    this.log = log;
    this.size = workers || Math.max(1, os.availableParallelism() - 1);
  }

  /** Those that run. */
  get threads() {
    return this.#workers.filter(Boolean).map(({ thread }) => thread);
  }

  /**
   * @param {(news: object) => void} onNews what codec_worker.mjs tells about this call; `{kind: 'restarted'}` when its codec began anew,
   *  `{kind: 'unavailable'}` when there is no codec
   * @returns {CodecCall} orders wait in it until its worker runs
   */
  open(onNews) {
    const call = new CodecCall(this.#next++, onNews);
    this.#module ??= readFile(this.moduleFile).then((bytes) => WebAssembly.compile(bytes));
    this.#module.then(
      (module) => !this.#closed && !call.isClosed && this.#assign(call, module),
      (error) => {
        this.#module = null; // it may be built in the meantime
        this.log.error({ err: error }, 'codec module not loaded');
        onNews({ kind: 'unavailable' });
      },
    );
    return call;
  }

  #assign(call, module) {
    const slot = this.#slotWithFewest();
    const worker = (this.#workers[slot] ??= this.#start(slot, module));
    call.attach(worker);
  }

  #slotWithFewest() {
    let best = 0;
    for (let slot = 0; slot < this.size; slot += 1) {
      const count = (at) => this.#workers[at]?.calls.size ?? 0;
      if (count(slot) < count(best)) best = slot;
    }
    return best;
  }

  #start(slot, module) {
    const thread = new Worker(new URL('codec_worker.mjs', import.meta.url), {
      workerData: { module },
      stdin: false,
      name: `codec ${slot}`,
    });
    const worker = { thread, calls: new Map(), startedMs: performance.now() };
    thread.unref();
    thread.on('message', (news) => worker.calls.get(news.call)?.onNews(news));
    thread.on('error', (error) => this.log.error({ err: error }, 'codec worker died'));
    thread.once('exit', () => {
      // One that dies as soon as it starts would be started without end.
      const lived = performance.now() - worker.startedMs > shortLifeMs;
      if (lived) this.#replace(slot, worker, module);
      else setTimeout(() => this.#replace(slot, worker, module), shortLifeMs).unref();
    });
    return worker;
  }

  /** A call that is closed meanwhile takes itself out of `worker.calls`. */
  #replace(slot, worker, module) {
    if (this.#workers[slot] === worker) this.#workers[slot] = undefined;
    if (this.#closed) return;
    for (const call of worker.calls.values()) {
      this.#assign(call, module);
      call.onNews({ kind: 'restarted' });
    }
  }

  async close() {
    this.#closed = true;
    await Promise.all(this.#workers.map((worker) => worker?.thread.terminate()));
  }
}

/** One call's codec: orders go to its worker. */
export class CodecCall {
  isClosed = false;
  #worker = null;
  #waiting = [];

  constructor(id, onNews) {
    this.id = id;
    this.onNews = onNews;
  }

  attach(worker) {
    this.#worker = worker;
    worker.calls.set(this.id, this);
    this.tell('open');
    for (const [kind, rest] of this.#waiting.splice(0)) this.tell(kind, rest);
  }

  tell(kind, rest = {}) {
    if (this.isClosed) return;
    if (this.#worker) this.#worker.thread.postMessage({ kind, call: this.id, ...rest });
    else this.#waiting.push([kind, rest]); // for as long as the module is loaded, once in the gateway's life
  }

  close() {
    this.tell('close');
    this.isClosed = true;
    this.#worker?.calls.delete(this.id);
  }
}
