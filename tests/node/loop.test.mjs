// The loop around the core: the order of events, what a trap costs, and how the widget ends. The core is a script here.
import assert from 'node:assert/strict';
import test from 'node:test';
import { import_typescript } from './bundle.mjs';

const { Loop, Reader, Writer, commands, events } = await import_typescript(`
  export { Loop } from './shim/loop';
  export { Reader, Writer } from './shim/codec';
  export { commands, events } from './shim/generated/messages';
`);

const encode = (list) => {
  const writer = new Writer();
  writer.u32(list.length);
  for (const command of list) {
    const index = commands.findIndex(([type]) => type === command.type);
    writer.u8(index);
    writer.fields(commands[index][1], command);
  }
  return writer.done();
};
const decode = (bytes) => {
  const reader = new Reader(bytes);
  const [type, fields] = events[reader.u8()];
  return { type, ...reader.fields(fields) };
};

const start_fields = {
  settings: [],
  seed: new Uint8Array(32),
  script_origin: '',
  online: true,
  visible: true,
  locks: true,
};
const box = (text) => ({ type: 'box_set', text });
const say = (text) => ({ type: 'page_send', text });

/**
 * @param {(event: object, core: number) => object[]} script what core number n answers; what it throws is a trap
 * @param {(then: () => void) => void} next_task
 */
function stage(t, script, next_task = (then) => then()) {
  const seen = { events: [], carried_out: [], deadlines: [], calls: [], cores: 0, deleted: 0, errors: [] };
  const clock = { now_ms: 0 };
  const core = () => {
    const number = (seen.cores += 1);
    return {
      Face: class {
        handle(bytes) {
          const event = decode(bytes);
          seen.events.push(event.type === 'page_send' ? event.text : event.type);
          if (event.type === 'start') seen.snapshot = [...event.snapshot];
          return encode(script(event, number));
        }
        deadline() {
          return 50;
        }
        delete() {
          seen.deleted += 1;
        }
      },
    };
  };
  const handlers = Object.fromEntries(
    commands.map(([type]) => [type, (command) => seen.carried_out.push(command.text ?? type)]),
  );
  delete handlers.key_consumed;
  delete handlers.keep_snapshot;
  const call = (name) => () => seen.calls.push(name);
  const loop = new Loop({
    make_core: async () => core(),
    start: (snapshot) => ({ type: 'start', ...start_fields, snapshot }),
    handlers,
    timer: { set: (at_ms) => seen.deadlines.push(at_ms) },
    now_ms: () => clock.now_ms,
    wall_ms: () => 1,
    next_task,
    begun: call('begun'),
    dropped: call('dropped'),
    stopped: call('stopped'),
  });
  t.mock.method(console, 'error', (...words) => seen.errors.push(String(words[0])));
  return { loop, seen, clock, begin: () => loop.begin(core()) };
}
const settled = () => new Promise((resolve) => setTimeout(resolve));

test('events wait for the core and come in order after start', (t) => {
  const { loop, seen, begin } = stage(t, (event) => [box(`for ${event.text ?? event.type}`)]);
  loop.dispatch(say('one'));
  loop.dispatch(say('two'));
  assert.deepEqual(seen.events, []);
  begin();
  assert.deepEqual(seen.events, ['start', 'one', 'two']);
  assert.deepEqual(seen.carried_out, ['for start', 'for one', 'for two']);
  assert.deepEqual(seen.deadlines, [50, 50, 50]);
  assert.deepEqual(seen.calls, ['begun']);
});

test('what storage answers comes before any other event, after the batch that asked', (t) => {
  const { loop, seen, begin } = stage(t, (event) =>
    event.type === 'start'
      ? [{ type: 'storage_load', area: 'shop', prefix: 'a' }, box('after the question')]
      : [],
  );
  loop.handlers.storage_load = ({ area, prefix }) =>
    loop.answer({ type: 'storage_loaded', area, prefix, entries: [], refused: '' });
  loop.dispatch(say('early'));
  begin();
  assert.deepEqual(seen.events, ['start', 'storage_loaded', 'early']);
  assert.deepEqual(seen.carried_out, ['after the question']);
});

test('what a life begins with is done step by step, and an event in between takes the rest with it', (t) => {
  const tasks = [];
  const script = (event) =>
    event.type === 'start' ? [{ type: 'storage_load', area: 'shop', prefix: 'a' }] : [];
  const { loop, seen, begin } = stage(t, script, (then) => tasks.push(then));
  loop.handlers.storage_load = ({ area, prefix }) => {
    for (let i = 0; i < 3; i += 1)
      loop.answer({ type: 'storage_loaded', area, prefix, entries: [], refused: '' });
  };
  begin();
  assert.deepEqual(seen.events, ['start']);
  tasks.shift()();
  assert.deepEqual(seen.events, ['start', 'storage_loaded']);
  loop.dispatch({ type: 'page_hidden' });
  assert.deepEqual(seen.events, [
    'start',
    'storage_loaded',
    'storage_loaded',
    'storage_loaded',
    'page_hidden',
  ]);
  assert.deepEqual(seen.calls, []);
  tasks.shift()();
  assert.deepEqual(tasks, []);
  assert.deepEqual(seen.calls, ['begun']);
});

test('an event told from inside a handler waits its turn', (t) => {
  const { loop, seen, begin } = stage(t, (event) =>
    event.text === 'first' ? [box('tell'), box('and go on')] : [],
  );
  const { box_set } = loop.handlers;
  loop.handlers.box_set = (command) => {
    box_set(command);
    if (command.text === 'tell') loop.dispatch(say('from inside'));
  };
  begin();
  loop.dispatch(say('first'));
  assert.deepEqual(seen.events, ['start', 'first', 'from inside']);
  assert.deepEqual(seen.carried_out, ['tell', 'and go on']);
});

test('a key is consumed before dispatch returns, and only the key that was being handled', (t) => {
  const { loop, begin } = stage(t, (event) =>
    event.type === 'key_pressed' ? [{ type: 'key_consumed' }] : [],
  );
  const key = {
    type: 'key_pressed',
    key: 'Enter',
    text: '',
    in_box: true,
    shift: false,
    composing: false,
  };
  begin();
  let consumed = 0;
  loop.dispatch(say('no key'), () => assert.fail('no key was pressed'));
  loop.dispatch(key, () => (consumed += 1));
  assert.equal(consumed, 1);
});

test('a handler that fails is told of, and the rest of its batch is carried out', (t) => {
  const { loop, seen, begin } = stage(t, (event) =>
    event.type === 'start' ? [] : [{ type: 'markdown_load' }, box('still here')],
  );
  loop.handlers.markdown_load = () => {
    throw new Error('no');
  };
  begin();
  loop.dispatch(say('go'));
  assert.deepEqual(seen.carried_out, ['still here']);
  assert.equal(seen.errors.length, 1);
  assert.equal(seen.cores, 1);
});

test('after a trap a new core starts from the snapshot, without the event that trapped', async (t) => {
  const { loop, seen, begin } = stage(t, (event) => {
    if (event.text === 'bad') throw new WebAssembly.RuntimeError('unreachable');
    return event.text === 'good' ? [{ type: 'keep_snapshot', state: Uint8Array.of(4, 2) }] : [];
  });
  begin();
  loop.dispatch(say('good'));
  loop.dispatch(say('bad'));
  loop.dispatch(say('meanwhile'));
  assert.deepEqual(seen.calls, ['begun', 'dropped']);
  await settled();
  assert.deepEqual(seen.events, ['start', 'good', 'bad', 'start', 'meanwhile']);
  assert.deepEqual(seen.snapshot, [4, 2]);
  assert.deepEqual(seen.calls, ['begun', 'dropped', 'begun']);
  assert.equal(seen.cores, 2);
  assert.equal(seen.deleted, 0, 'the face that trapped is not touched again');
});

test('a second trap within 10 s ends it with one sentence', async (t) => {
  const { loop, seen, clock, begin } = stage(t, (event) => {
    if (event.text === 'bad') throw new WebAssembly.RuntimeError('unreachable');
    return [];
  });
  begin();
  loop.dispatch(say('bad'));
  await settled();
  clock.now_ms = 9_999;
  loop.dispatch(say('bad'));
  await settled();
  assert.deepEqual(seen.calls, ['begun', 'dropped', 'begun', 'dropped', 'stopped']);
  assert.equal(seen.cores, 2);
  assert.equal(seen.deadlines.at(-1), Infinity);
  assert.equal(seen.errors.filter((line) => line.includes('ended on this page')).length, 1);
  loop.dispatch(say('more'));
  assert.equal(seen.events.at(-1), 'bad');
});

test('traps 10 s apart are each survived', async (t) => {
  const { loop, seen, clock, begin } = stage(t, (event) => {
    if (event.text === 'bad') throw new WebAssembly.RuntimeError('unreachable');
    return [];
  });
  begin();
  for (let turn = 1; turn <= 3; turn += 1) {
    clock.now_ms = turn * 10_000;
    loop.dispatch(say('bad'));
    await settled();
  }
  loop.dispatch(say('well'));
  assert.equal(seen.cores, 4);
  assert.equal(seen.events.at(-1), 'well');
  assert.ok(!seen.calls.includes('stopped'));
});

test('a core that traps at its start stops instead of starting for ever', async (t) => {
  const { seen, begin } = stage(t, () => {
    throw new WebAssembly.RuntimeError('unreachable');
  });
  begin();
  await settled();
  assert.deepEqual(seen.events, ['start', 'start']);
  assert.deepEqual(seen.calls, ['dropped', 'dropped', 'stopped']);
});

test('the end gives the core its last event and lets go of it', (t) => {
  const { loop, seen, begin } = stage(t, () => []);
  begin();
  loop.end({ type: 'page_hidden' });
  loop.dispatch(say('too late'));
  assert.deepEqual(seen.events, ['start', 'page_hidden']);
  assert.equal(seen.deleted, 1);
  assert.equal(seen.deadlines.at(-1), Infinity);
});
