// What Conversation does when the store or the registry fails: a healthy one cannot be made to, so the store, the registry's socket side
// and the running answers are stood in for here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Run } from '../../tools/gateway/assistant/turns.mjs';
import { Conversation } from '../../tools/gateway/sockets/conversation.mjs';

function rig({ stored = {}, turns = {} } = {}) {
  const carriers = {};
  const told = [];
  const sockets = {
    carry: (type, carrier) => (carriers[type] = carrier),
    tell: (event) => told.push(event),
    log: { error() {} },
  };
  const config = { turnTokensMax: 4_000 };
  const addressLimit = { take: () => ({ allowed: true }) };
  const conversation = new Conversation({
    ...{ sockets, config, addressLimit, now: Date.now },
    store: { conversations: { rows: () => [], findMessage: () => undefined, ...stored } },
    admission: { attempt: () => ({ bill: { end() {} } }) },
    turns,
  });
  return { carriers, told, conversation };
}
const message = {
  address: '',
  session: 's',
  scope: 'shop',
  id: 'm',
  text: 'hello',
  client: '',
  voice: false,
};

test('a lost registry hears no more of a running answer, and the next one hears each word once', () => {
  const run = new Run(1, 1);
  const row = { id: 'm.reply', who: 'agent', text: '', state: 'streaming', turnId: 1 };
  const { carriers, told, conversation } = rig({
    stored: { findSession: () => ({ secretHash: 'x', epoch: 1, createdMs: 0 }), rows: () => [row] },
    turns: { runningTurn: () => run },
  });
  const load = () => carriers.load_session({ socket: 1, session: 's', scope: 'shop', rows_max: 50 });
  load();
  run.emit('delta', { text: 'one ' });
  conversation.forget();
  load();
  run.emit('delta', { text: 'two' });
  const words = told.filter(({ type }) => type === 'reply_delta').map(({ text }) => text);
  assert.deepEqual(words, ['one ', 'two']);
});

test('nothing of a session is stored before the session is', () => {
  const written = [];
  let broken = true;
  const { carriers, told } = rig({
    stored: {
      createSession({ session }) {
        if (broken) throw new Error('the disk is full');
        written.push(session);
      },
    },
    turns: { keep: () => written.push('m') },
  });
  assert.throws(() => carriers.create_session({ session: 's' }));
  carriers.store_message(message);
  assert.deepEqual(written, []);
  assert.equal(told.at(-1).outcome, 'refused');
  broken = false;
  carriers.store_message(message);
  carriers.store_message({ ...message, id: 'n' });
  assert.deepEqual(written, ['s', 'm', 'm']);
  assert.equal(told.at(-1).outcome, 'stored');
});

test('an answer that cannot be begun is broken off, so that its place becomes free', () => {
  const { carriers, told, conversation } = rig({
    turns: {
      keep: () => 1,
      begin() {
        throw new Error('the disk is full');
      },
    },
  });
  carriers.store_message(message);
  conversation.onAnswer('s', 'm', () => assert.fail('there is no answer'));
  carriers.answer({ session: 's', id: 'm', call: 0, voice: false });
  assert.deepEqual(told.at(-1), { type: 'reply_done', session: 's', id: 'm', text: '', state: 'broken' });
});
