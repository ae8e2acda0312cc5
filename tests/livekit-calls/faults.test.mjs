// What breaks about a call in a room, and how it comes back: real server, real client, real network but for what the relay and the proxy before
// the server do to it. SHOPBELL_LONG=1 cuts for a minute, too. The times are printed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open_livekit_call } from '../rig/livekit/call.mjs';
import { as_shopper } from '../rig/shopper.mjs';
import { stage_of } from '../rig/suite.mjs';
import { say, sleep, until, until_answered } from '../rig/widget.mjs';
import { needs_livekit } from '../livekit-parts/parts.mjs';

const needs = { ...(await needs_livekit({ own: true })), timeout: 240_000 };

/** A call with the agent in it, everything of LiveKit's behind what can be cut. */
async function open_live(t, options = {}) {
  const stage = stage_of(t);
  const call = await open_livekit_call(stage, { cut: true, ...options });
  const coming = call.agent({ rejoins: true });
  await call.shopper.click('mic');
  await call.shopper.until_live();
  const agent = await coming;
  await agent.until('said');
  return { ...call, agent, next_agent: call.agent.bind(call), room_name: await call.room() };
}

/** Live again, and both hear of each other. @returns {Promise<number>} ms */
async function until_back({ shopper, agent }, since_ms, words) {
  await shopper.until_call('live again', ({ state }) => state === 'live', { timeout_ms: 60_000 });
  const back_ms = Date.now() - since_ms;
  await until(
    'the agent to speak',
    () =>
      agent
        .say(words)
        .then(() => true)
        .catch(() => false),
    { timeout_ms: 30_000 },
  );
  await shopper.until_said('agent', words);
  return back_ms;
}

const zombies = async ({ server, agent, room_name, visits }) => {
  const me = visits().at(-1).identity;
  await sleep(500);
  return server.zombies(room_name, [agent.identity, me]);
};

test('the server is killed and restarted: the call comes back, without a zombie', needs, async (t) => {
  const call = await open_live(t);
  await call.server.kill();
  await call.shopper.until_call('reconnecting', ({ state }) => state === 'reconnecting');
  // The chat is none of the room's business.
  await say(call.page, 'Do you have a desk lamp?');
  await until_answered(call.page, 2);
  await call.server.restart();
  const back_ms = await until_back(call, Date.now(), 'I am back.');
  t.diagnostic(`live again ${back_ms} ms after the server was`);
  assert.ok(back_ms < 10_000, `${back_ms} ms`);
  assert.deepEqual(await zombies(call), []);
  assert.deepEqual(call.page.page_errors, []);
});

test('the ports are cut, for a short and for a long while: the call comes back', needs, async (t) => {
  const call = await open_live(t);
  for (const cut_s of process.env.SHOPBELL_LONG === '1' ? [2, 10, 60] : [2, 10]) {
    const mended = call.cut(cut_s * 1_000);
    const since_ms = Date.now();
    await call.shopper.until_call('told', ({ state }) => state === 'reconnecting', { timeout_ms: 2_500 });
    const told_ms = Date.now() - since_ms;
    await mended;
    const back_ms = await until_back(call, Date.now(), `After ${cut_s} seconds.`);
    t.diagnostic(`cut for ${cut_s} s: told after ${told_ms} ms, live again ${back_ms} ms after the end`);
    assert.ok(back_ms < 15_000, `${back_ms} ms`);
  }
  assert.deepEqual(await zombies(call), []);
});

test(
  'the agent is killed: the shopper is told, can write meanwhile, and hears the next one',
  needs,
  async (t) => {
    const call = await open_live(t);
    await call.agent.kill();
    const told = await call.shopper.until_call('told', ({ note }) => note.includes('Nobody'), {
      timeout_ms: 60_000,
    });
    assert.equal(told.state, 'live');
    await say(call.page, 'Do you have a desk lamp?');
    await until_answered(call.page, 2);
    const next = await call.next_agent({ greeting: 'I am the next one.' });
    await next.until('said');
    await call.shopper.until_said('agent', 'I am the next one.');
    await call.shopper.until_call('not told any more', ({ note }) => !note.includes('Nobody'));
  },
);

test('a page change in a call: it goes on under the same identity', needs, async (t) => {
  const call = await open_live(t);
  await call.page.goto(`${call.shop.url}/basket`);
  await call.shopper.until_live();
  await sleep(1_000);
  const identities = new Set(call.visits().map(({ identity }) => identity));
  assert.equal(identities.size, 1, 'one identity');
  assert.deepEqual(await zombies(call), []);
  await until_back(call, Date.now(), 'Still here.');
});

test(
  'a second tab takes the call over: the first one says so and does not take it back',
  needs,
  async (t) => {
    const call = await open_live(t);
    const tab = await call.browser.new_tab(call.page);
    const second = as_shopper(tab);
    await tab.goto(call.shop.url);
    await until('a microphone or a launcher', () =>
      second.place_of('launcher').then((one) => one ?? second.place_of('mic')),
    );
    if (!(await second.is_shown('mic'))) await second.open();
    await second.click('mic');
    await second.until_live();
    await call.shopper.until_call('ended', ({ state }) => state === 'ended' || state === 'idle');
    await sleep(3_000);
    assert.equal((await second.call()).state, 'live');
    assert.deepEqual(await zombies(call), []);
  },
);
