// A page without a browser: the real core as the build made it, and the shim's own loop, sockets, storage and timer, over node's
// WebSocket. What is left out is what draws; it is kept here as rows, so that a test can look at them.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { import_typescript } from '../../node/bundle.mjs';

const dist = fileURLToPath(new URL('../../../dist/dev/', import.meta.url));

// The shim keeps the page's WebSocket when it is loaded.
globalThis.WebSocket ??= class extends WebSocket {
  constructor(url) {
    super(url, { perMessageDeflate: false, origin: 'http://localhost' });
    this.on('error', () => {});
  }
};
const { Loop, Timer, sockets, storage, commands, core_maker } = await import_typescript(`
  export { Loop } from './shim/loop';
  export { Timer } from './shim/timer';
  export { sockets } from './shim/socket';
  export { storage } from './shim/storage';
  export { core_maker } from './shim/embind';
  export { commands } from './shim/generated/messages';
`);

let makers;
async function core_of(name) {
  makers ??= new Map();
  if (!makers.has(name)) {
    const module = new WebAssembly.Module(await readFile(`${dist}${name}.wasm`));
    makers.set(name, core_maker(module));
  }
  return makers.get(name);
}

/** As the browser's, of one shopper: `shop` for all tabs, `tab` for one. */
class MemoryStorage {
  #entries = new Map();
  get length() {
    return this.#entries.size;
  }
  key = (index) => [...this.#entries.keys()][index] ?? null;
  getItem = (key) => this.#entries.get(key) ?? null;
  setItem = (key, value) => this.#entries.set(key, String(value));
  removeItem = (key) => this.#entries.delete(key);
}
export const new_storage = () => ({ shop: new MemoryStorage(), tab: new MemoryStorage() });

/** A shopper's Web Locks, over all of their pages: name -> those who wait, the holder first. */
export const new_locks = () => new Map();

/**
 * Opens the chat on a page.
 * @param {{api_url: string, areas?: object, locks?: Map, core?: string}} options  `areas`, `locks`: of a shopper who was here before
 */
export async function open_node_page({
  api_url,
  areas = new_storage(),
  locks = new_locks(),
  core = 'core-shopbell',
}) {
  const make_core = await core_of(core);
  const now_ms = () => performance.now();
  const page = {
    rows: new Map(),
    lines: [],
    /** Each time that the server let this page in: {at_ms, resumed}. */
    welcomes: [],
    attempts: 0,
    is_open: false,
    session: '',
  };
  const hear = (event) => {
    if (event.type === 'socket_opened') page.is_open = false;
    if (event.type === 'socket_frame') {
      const text = Buffer.from(event.bytes).toString();
      if (text.startsWith('{"t":"welcome"')) {
        const { resumed, session } = JSON.parse(text);
        page.is_open = true;
        page.session = session;
        page.welcomes.push({ at_ms: now_ms(), resumed });
      }
    }
    if (event.type === 'socket_closed') page.is_open = false;
    loop.dispatch(event);
  };
  const timer = new Timer(now_ms, () => loop.dispatch({ type: 'tick' }));
  const wire = sockets(hear);
  const stored = storage({ shop: () => areas.shop, tab: () => areas.tab }, (event) => loop.answer(event));
  const held = new Map();
  const drop = (lock) => {
    const waiting = locks.get(lock) ?? [];
    const [holder] = waiting;
    const take = held.get(lock);
    held.delete(lock);
    locks.set(
      lock,
      waiting.filter((one) => one !== take),
    );
    if (holder === take) locks.get(lock)[0]?.();
  };
  const nothing = Object.fromEntries(commands.map(([type]) => [type, () => {}]));
  delete nothing.key_consumed;
  delete nothing.keep_snapshot;
  const loop = new Loop({
    make_core,
    start: (snapshot) => ({
      type: 'start',
      settings: Object.entries({ 'api-url': api_url, 'api-key': 'demo', backend: 'shopbell' }).map(
        ([name, value]) => ({ name, value, type: 'string' }),
      ),
      seed: crypto.getRandomValues(new Uint8Array(32)),
      snapshot,
      script_origin: api_url,
      online: true,
      visible: true,
      locks: true,
    }),
    handlers: {
      ...nothing,
      ...stored.handlers,
      ...wire.handlers,
      socket_open(command) {
        page.attempts += 1;
        wire.handlers.socket_open(command);
      },
      socket_close(command) {
        page.is_open = false;
        wire.handlers.socket_close(command);
      },
      lock_take({ lock }) {
        const take = () =>
          queueMicrotask(() => held.get(lock) === take && loop.dispatch({ type: 'lock_taken', lock }));
        const waiting = locks.get(lock) ?? [];
        locks.set(lock, [...waiting, take]);
        held.set(lock, take);
        if (waiting.length === 0) take();
      },
      lock_drop: ({ lock }) => drop(lock),
      console: ({ level, text }) => page.lines.push(`${level}: ${text}`),
      row_put: ({ row }) => page.rows.set(row.id, row),
      row_append: ({ row, text }) => (page.rows.get(row).text += text),
      row_remove: ({ row }) => page.rows.delete(row),
      view_reset: () => page.rows.clear(),
    },
    timer,
    now_ms,
    wall_ms: () => Date.now(),
    next_task: (then) => then(),
    begun() {},
    dropped: () => wire.reset(),
    stopped() {},
  });
  const tell = (event) => loop.dispatch(event);
  loop.begin(await make_core());
  tell({ type: 'page_open' });
  return Object.assign(page, {
    areas,
    locks,
    tell,
    say: (text) => tell({ type: 'page_send', text }),
    online: (online) => tell({ type: 'online_changed', online }),
    visible: (visible) => tell({ type: 'visible_changed', visible }),
    rows_by: (kind) =>
      [...page.rows.values()].filter(({ author }) => author.kind === kind).sort((a, b) => a.order - b.order),
    /** As when its tab is closed: the last event, then nothing more. */
    close() {
      loop.end({ type: 'page_hidden' });
      for (const lock of [...held.keys()]) drop(lock);
    },
    /** As when its process is killed. */
    kill() {
      wire.reset();
      loop.end({ type: 'tick' });
      for (const lock of [...held.keys()]) drop(lock);
    },
  });
}
