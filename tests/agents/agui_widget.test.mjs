// A shop's page with `data-backend="ag-ui"` converses with a real AG-UI agent (pydantic-ai, run by uvicorn; its model alone is scripted):
// what a shopper sees of each of its answers. One that was cut is AG-6.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agui_missing, start_agui_server } from '../rig/agui/server.mjs';
import { open_agui_page } from '../rig/agui/stage.mjs';
import { browser_missing, launch_browser } from '../rig/browsers/browser.mjs';
import { gateway_missing, start_gateway } from '../rig/gateway.mjs';
import { stage_of } from '../rig/suite.mjs';
import { part, read_rows, row_action, rows_by, say, until, until_answered } from '../rig/widget.mjs';

const missing = agui_missing() ?? (await browser_missing()) ?? gateway_missing();
const needs_agent = missing ? { skip: missing } : {};

// One agent, one browser, and the gateway for the widget's files alone; each test has a page of its own.
let agent, gateway, browser;
before(async () => {
  if (!missing)
    [agent, gateway, browser] = [await start_agui_server(), await start_gateway(), await launch_browser()];
});
after(async () => {
  for (const one of [browser, gateway, agent]) await one?.close();
});

const open_page = (t, options) => open_agui_page({ t: stage_of(t), agent, gateway, browser }, options);

const last_answer = async (page) => (await rows_by(page, 'agent')).at(-1);
const posted = async () => JSON.parse((await agent.requests()).at(-1).body);

test('a streamed answer, and the conversation so far in the next run', needs_agent, async (t) => {
  const page = await open_page(t);
  await say(page, 'text');
  await until_answered(page, 1);
  assert.equal((await last_answer(page)).text, 'Our desk lamp costs $39.50 and is in stock.');
  await say(page, 'recall');
  await until_answered(page, 2);
  const run = await posted();
  assert.deepEqual(
    run.messages.map(({ role, content }) => [role, content]),
    [
      ['user', 'text'],
      ['assistant', 'Our desk lamp costs **$39.50** and is in stock.'],
      ['user', 'recall'],
    ],
  );
  const first = run.messages[0].id;
  assert.equal(run.messages[1].id, `${first}.reply`);
  assert.equal(run.runId, run.messages[2].id);
  assert.deepEqual(page.page_errors, []);
});

test('letters of one to four bytes', needs_agent, async (t) => {
  const page = await open_page(t);
  await say(page, 'letters');
  await until_answered(page, 1);
  const { text } = await last_answer(page);
  assert.ok(text.startsWith('Grüße: 你好 👩‍👩‍👧 e\u0301 "'), text);
});

test(
  'a tool of the agent: what is said before and after it are paragraphs of one answer',
  needs_agent,
  async (t) => {
    const page = await open_page(t);
    await say(page, 'tool');
    await until_answered(page, 1);
    const answers = await rows_by(page, 'agent');
    assert.equal(answers.length, 1);
    assert.match(answers[0].text, /^I look\.\s*There are 7 /);
  },
);

test('what the agent thinks and shares is not shown', needs_agent, async (t) => {
  const page = await open_page(t);
  for (const [i, script] of ['reason', 'state', 'custom'].entries()) {
    await say(page, script);
    await until_answered(page, i + 1);
  }
  assert.deepEqual(
    (await rows_by(page, 'agent')).map(({ text }) => text),
    ['A lamp, then.', 'It is in your cart.', 'This one.'],
  );
});

test(
  'an agent that fails: no words of its program, a button, and it is asked once more',
  needs_agent,
  async (t) => {
    const page = await open_page(t);
    await say(page, 'fail');
    const failed = await until('the answer failed', async () =>
      (await rows_by(page, 'agent')).find((row) => row.actions.includes('retry')),
    );
    assert.equal(failed.state, 'broken');
    assert.doesNotMatch(JSON.stringify(await read_rows(page)), /The model has gone away/);
    const runs = (await agent.requests()).length;
    await row_action(page, failed.id, 'retry');
    await until('it is asked again', async () => (await agent.requests()).length === runs + 1);
    const run = await posted();
    assert.equal(run.messages.filter(({ content }) => content === 'fail').length, 1);
    assert.notEqual(run.runId, run.messages.at(-1).id);
  },
);

test('an answer is stopped, and nothing of it comes any more', needs_agent, async (t) => {
  const page = await open_page(t);
  await say(page, 'slow 200 50');
  await until('it begins', async () => (await last_answer(page))?.text.length > 3);
  await part(page, 'stop').click();
  await until('it is stopped', async () => (await last_answer(page))?.state === 'stopped');
  const before = (await last_answer(page)).text;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal((await last_answer(page)).text, before);
});

test('whoever may not ask is told so', needs_agent, async (t) => {
  const stage = stage_of(t);
  const closed = await start_agui_server({ required_header: 'x-secret' });
  stage.defer(closed.close);
  const page = await open_page(t, { url: closed.url });
  await say(page, 'text');
  const row = await until('the message failed', async () =>
    (await rows_by(page, 'self')).find(({ state }) => state === 'failed'),
  );
  assert.deepEqual(row.actions.toSorted(), ['discard', 'edit', 'retry']);
});
