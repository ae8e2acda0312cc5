// Trade-ins told bit by bit: stored once, whatever is told twice or killed, and changed by nobody else.
import assert from 'node:assert/strict';
import test from 'node:test';
import Database from 'better-sqlite3';
import { bodyOf, gatewayFor, gatewayProgram, post, temporaryFolder, until } from '../helpers.mjs';
import { Pruning } from '../../../tools/gateway/store/pruning.mjs';
import { Store } from '../../../tools/gateway/store/store.mjs';
import { read_leads } from '../../rig/store.mjs';
import { agentKey, asPage, postTo } from './agent_calls.mjs';

const step = (gateway, name, body, options) => postTo(gateway, `/api/tradein/${name}`, body, options);
const page = { headers: asPage };

async function inFolder(t, options) {
  const dataDir = temporaryFolder(t);
  return { dataDir, gateway: await gatewayFor(t, { agentKey, dataDir, ...options }) };
}

test('an agent tells of a trade-in bit by bit; it is one lead, with the shop’s own value', async (t) => {
  const { dataDir, gateway } = await inFolder(t);
  const start = await step(gateway, 'start', {
    session_id: 'chat-s1',
    initialMessage: 'I want to trade in my Play 4',
  });
  assert.deepEqual(Object.keys(start.body), ['success', 'requestId', 'handlerVersion', 'leadId', 'existing']);
  assert.equal(start.body.existing, false);
  const again = await step(gateway, 'start', { sessionId: 's1' });
  assert.deepEqual([again.body.leadId, again.body.existing], [start.body.leadId, true]);
  const told = [
    { brand: 'Nimbo', model: 'Play 4', purchase_year: 2022, price_hint: 9_999 },
    { condition: 'good', accessories: ['box', 'cable'] },
    { contact_name: 'Pat', contact_email: 'pat@geemail.com', contact_phone: '91234567' },
  ];
  for (const fields of told)
    assert.equal((await step(gateway, 'update', { sessionId: 'chat-s1', ...fields })).status, 200);
  const submit = await step(gateway, 'submit', { sessionId: 's1', summary: 'Play 4, good', notify: true });
  assert.deepEqual([submit.body.success, submit.body.emailSent], [true, false]);
  assert.equal(submit.body.lead.status, 'in_review');
  assert.deepEqual(submit.body.lead.accessories, ['box', 'cable']);
  assert.deepEqual((await step(gateway, 'submit', { sessionId: 's1' })).body.lead, submit.body.lead);
  const [lead, ...more] = await read_leads(dataDir);
  assert.deepEqual(more, []);
  assert.deepEqual(
    [lead.kind, lead.session_id, lead.device, lead.email, lead.phone],
    ['trade_in', 's1', 'Nimbo Play 4', 'pat@gmail.com', '91234567'],
  );
  const db = new Database(`${dataDir}/shopbell.sqlite`, { readonly: true });
  const { value_sgd, notes } = db.prepare('SELECT value_sgd, notes FROM leads').get();
  db.close();
  assert.ok(value_sgd > 0 && value_sgd < 9_999);
  assert.match(notes, /^Play 4, good\n[^]*purchase_year: 2022\nprice_hint: 9999\naccessories: box, cable/);
  assert.equal((await step(gateway, 'start', { sessionId: 's1' })).body.existing, false, 'the next device');
});

test('what cannot be used is named, and nothing of it is stored', async (t) => {
  const { gateway, dataDir } = await inFolder(t);
  const { status, body } = await step(gateway, 'update', {
    ...{ sessionId: 's1', condition: 'new', contact_email: 'pat', range_min: -1, notes: 'a'.repeat(1_001) },
    ...{ accessories: 'box', photos_acknowledged: 'yes', brand: {}, preferred_payout: 'bitcoin' },
  });
  assert.equal(status, 400);
  assert.deepEqual(Object.keys(body.fields).sort(), [
    ...['accessories', 'brand', 'condition', 'contact_email', 'notes'],
    ...['photos_acknowledged', 'preferred_payout', 'range_min'],
  ]);
  for (const name of ['start', 'update', 'submit']) assert.equal((await step(gateway, name, {})).status, 400);
  assert.equal((await step(gateway, 'submit', { sessionId: 's1' })).status, 404);
  assert.equal((await step(gateway, 'update', { sessionId: 's1', leadId: 'x' })).status, 404);
  assert.equal(
    (await step(gateway, 'update', { sessionId: 's1', notes: 'a', more: 'a'.repeat(20_000) })).status,
    413,
  );
  assert.deepEqual(await read_leads(dataDir), []);
});

test('a page tells of its own trade-in, by its secret or the lead’s id', async (t) => {
  const { gateway, dataDir } = await inFolder(t);
  const first = await post(gateway, bodyOf('hello', { sessionId: 's1' }));
  const secret = first.headers.get('x-session-secret');
  await first.text();
  const own = { ...page, secret };
  const { body } = await step(gateway, 'start', { sessionId: 's1', clientId: 'c' }, own);
  assert.equal((await step(gateway, 'start', { sessionId: 's1' }, own)).body.leadId, body.leadId);
  assert.equal(
    (await step(gateway, 'update', { sessionId: 's1', notes: 'mine' }, own)).body.lead.notes,
    'mine',
  );
  const byId = { sessionId: 's1', leadId: body.leadId, condition: 'fair' };
  assert.equal((await step(gateway, 'update', byId, page)).body.lead.notes, 'mine');
  assert.equal((await step(gateway, 'submit', { sessionId: 's1' }, own)).status, 200);
  assert.equal((await read_leads(dataDir)).length, 1);
});

test('who only knows the session gets a lead of his own and changes no other', async (t) => {
  const { gateway, dataDir } = await inFolder(t);
  const own = await step(gateway, 'start', { sessionId: 's1' }, page);
  assert.ok(own.secret);
  const thief = await step(gateway, 'start', { sessionId: 's1' }, page);
  assert.equal(thief.body.existing, false);
  assert.notEqual(thief.body.leadId, own.body.leadId);
  assert.notEqual(thief.secret, own.secret);
  const changed = await step(gateway, 'update', { sessionId: 's1', notes: 'not mine' }, page);
  assert.ok(![own.body.leadId, thief.body.leadId].includes(changed.body.lead.id));
  assert.equal((await step(gateway, 'submit', { sessionId: 's1' }, page)).status, 404);
  const mine = await step(
    gateway,
    'update',
    { sessionId: 's1', condition: 'mint' },
    { ...page, secret: own.secret },
  );
  assert.deepEqual([mine.body.lead.id, mine.body.lead.notes], [own.body.leadId, undefined]);
  assert.equal((await read_leads(dataDir)).length, 3);
});

test('sixty times a minute for one session', async (t) => {
  const { gateway } = await inFolder(t);
  for (let n = 0; n < 60; n += 1)
    assert.equal((await step(gateway, 'update', { sessionId: 's1', notes: `${n}` })).status, 200);
  assert.equal((await step(gateway, 'update', { sessionId: 's1', notes: 'more' })).status, 429);
});

test('a trade-in goes with its days', async (t) => {
  const store = new Store(':memory:');
  t.after(() => store.close());
  store.formLeads.open({ room: 'chat-s1', scope: 's', message: 'm' }, 1_000);
  const pruning = new Pruning({
    ...{ store, log: { info() {}, error: assert.fail }, now: () => 40 * 86_400_000 },
    ...{ config: { keepDays: 30, storedBytesMax: 0 }, everyMs: 1, pauseMs: 1 },
  });
  pruning.start();
  t.after(() => pruning.stop());
  await until(() => store.upkeep.counts().sessions === 0);
  assert.equal(store.formLeads.ofRoom('chat-s1'), undefined);
  assert.deepEqual(store.upkeep.counts(), { sessions: 0, turns: 0, leads: 0 });
});

test('each lead is one row, also when the gateway is killed between telling and telling again', async (t) => {
  const dataDir = temporaryFolder(t);
  const settings = { DATA_DIR: dataDir, AGENT_KEY: agentKey };
  let gateway = await gatewayProgram(t, settings);
  const contact = { emailType: 'contact', name: 'Pat', email: 'pat@example.com', message: 'Call me' };
  const told = [
    ['/api/tradein/start', { sessionId: 's1', initialMessage: 'trade in' }],
    ['/api/tradein/update', { sessionId: 's1', brand: 'Nimbo', model: 'Play 4' }],
    ['/api/tools/email', contact],
    ['/api/tradein/submit', { sessionId: 's1', summary: 'done' }],
    ['/api/tradein/update', { sessionId: 's2', brand: 'Nimbo' }],
    ['/api/tools/email', { ...contact, message: 'Again' }],
  ];
  for (const [n, [path, body]] of told.entries()) {
    const lost = postTo(gateway, path, body).catch(() => null);
    await new Promise((resolve) => setTimeout(resolve, [1, 3, 2, 5, 8, 40][n]));
    gateway.child.kill('SIGKILL');
    await gateway.exited;
    await lost;
    gateway = await gatewayProgram(t, settings);
    for (const _ of [1, 2]) assert.equal((await postTo(gateway, path, body)).status, 200, path);
  }
  assert.deepEqual(
    (await read_leads(dataDir)).map(({ kind, session_id }) => [kind, session_id]),
    [
      ['trade_in', 's1'],
      ['contact', 'contact form'],
      ['trade_in', 's2'],
      ['contact', 'contact form'],
    ],
  );
});
