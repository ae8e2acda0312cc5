// Answers that fail, are left, are heard or can't come: what the shopper sees, hears and can do. The gateway asks a model that this
// file scripts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, openaiServer, says } from '../gateway/openai_server.mjs';
import { watch_page } from '../rig/browsers/browser.mjs';
import { free_port } from '../rig/network/ports.mjs';
import { open_browser, open_gateway, open_shop } from '../rig/stage.mjs';
import { read_turns } from '../rig/store.mjs';
import { needs_browser, stage_of } from '../rig/suite.mjs';
import {
  open_widget,
  part,
  read_rows,
  row_action,
  rows_by,
  say,
  text_of,
  until,
  until_answered,
  until_ready,
} from '../rig/widget.mjs';

/** `script`: as openaiServer takes it; without one the built-in assistant answers. */
async function open_page(t, { script, gateway: options = {}, tag, html } = {}) {
  const stage = stage_of(t);
  if (script) {
    const { url } = await openaiServer(t, script);
    options = { ...options, openaiBaseUrl: url, openaiModel: 'scripted' };
  }
  const gateway = await open_gateway(stage, options);
  const shop = await open_shop(stage, { gateway, tag, html });
  const browser = await open_browser(stage);
  const context = await browser.new_context();
  stage.defer(() => context.close());
  const page = watch_page(await context.newPage());
  await page.goto(shop.url);
  await open_widget(page);
  await until_ready(page);
  return { page, context, gateway };
}

/** Begins an answer with `text` and says no more. */
const begins_with = (text) => (response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(
    bytesOf([{ delta: { content: text } }])
      .toString()
      .replace('data: [DONE]\n\n', ''),
  );
};

const shown = (page, name) => part(page, name).isVisible();

test(
  'a reload during the first answer: Markdown is drawn, and the answer can be stopped',
  needs_browser,
  async (t) => {
    const { page } = await open_page(t, {
      script: [begins_with('**Five** lamps')],
      tag: { backend: 'shopbell' },
    });
    const bold = page.locator('shopbell-widget [part~="rows"] strong');
    await say(page, 'do you have lamps?');
    await bold.waitFor({ timeout: 15_000 });
    await page.reload();
    await bold.waitFor({ timeout: 15_000 });
    assert.equal(await bold.textContent(), 'Five');
    await part(page, 'stop').click();
    await until('it is stopped', async () => (await rows_by(page, 'agent')).at(-1)?.state === 'stopped', {
      seen: () => read_rows(page),
    });
    assert.equal(await shown(page, 'stop'), false);
  },
);

for (const tag of [{ backend: 'shopbell' }, { idempotency: 'on' }, {}])
  test(
    `an answer that failed is asked for again by its button: ${JSON.stringify(tag)}`,
    needs_browser,
    async (t) => {
      const { page, gateway } = await open_page(t, {
        script: [{ status: 500 }, says('Here is **your** answer.')],
        tag,
      });
      await say(page, 'what do you have?');
      const failed = await until(
        'the answer failed',
        async () => (await rows_by(page, 'agent')).find((row) => row.actions.includes('retry')),
        { seen: () => read_rows(page) },
      );
      assert.match(failed.note, /could not answer/);
      await row_action(page, failed.id, 'retry');
      await until_answered(page, 1);
      const rows = await read_rows(page);
      assert.deepEqual(
        rows.map(({ author, text, state }) => [author, text, state]),
        [
          ['self', 'what do you have?', 'sent'],
          ['agent', 'Here is your answer.', 'done'],
        ],
      );
      if (Object.keys(tag).length > 0)
        assert.equal((await read_turns(gateway.data_dir)).length, 1, 'stored once');
    },
  );

test(
  'without a gateway the panel says that it is being tried, and so does the console',
  needs_browser,
  async (t) => {
    const nobody = `http://127.0.0.1:${await free_port()}`;
    const { page } = await open_page(t, { tag: { backend: 'shopbell', 'api-url': nobody } });
    await say(page, 'hello');
    await until('the panel says so', async () => /keep trying/.test(await text_of(page, 'banner')), {
      timeout_ms: 5_000,
      seen: () => read_rows(page),
    });
    assert.equal(await shown(page, 'typing'), false, 'nobody is seen typing');
    const lines = page.console_lines.filter(({ text }) => /\[Shopbell\] reconnecting: .*api-url/.test(text));
    assert.equal(lines.length, 1);
  },
);

test(
  'a wrong key over `shopbell`: the message says what is wrong and has buttons',
  needs_browser,
  async (t) => {
    const { page } = await open_page(t, { tag: { backend: 'shopbell', 'api-key': 'wrong' } });
    await say(page, 'hello');
    const row = await until(
      'the row says so',
      async () => (await rows_by(page, 'self')).find(({ state }) => state === 'failed'),
      { seen: () => read_rows(page) },
    );
    assert.match(row.note, /not set up correctly/);
    assert.ok(row.actions.includes('retry') && row.actions.includes('edit'));
  },
);

test('offline nobody is seen typing', needs_browser, async (t) => {
  for (const tag of [{ backend: 'shopbell' }, { idempotency: 'on' }]) {
    const { page, context } = await open_page(t, { script: [() => {}], tag });
    await say(page, 'hello');
    await part(page, 'typing').waitFor({ state: 'visible' });
    await context.setOffline(true);
    await part(page, 'banner').waitFor({ state: 'visible' });
    await part(page, 'typing').waitFor({ state: 'hidden', timeout: 2_000 });
  }
});

test('a long text in the box does not let go of the end of the conversation', needs_browser, async (t) => {
  const { page } = await open_page(t);
  for (const [i, question] of ['what phones do you have?', 'which laptops?', 'and earbuds?'].entries()) {
    await say(page, question);
    await until_answered(page, i + 1);
  }
  const pill = page.locator('shopbell-widget .pill');
  const to_end = () =>
    part(page, 'rows').evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight);
  for (let round = 0; round < 3; round += 1) {
    await part(page, 'box').focus();
    await page.keyboard.insertText('a long story '.repeat(81).slice(0, 1_050));
    await page.waitForTimeout(300);
    assert.equal(await pill.isVisible(), false, `round ${round}: no "New messages"`);
    assert.ok((await to_end()) < 2, `round ${round}: the end is seen`);
    await part(page, 'box').fill('');
    await page.waitForTimeout(300);
  }
  // Who scrolls up lets go, and is told.
  await part(page, 'rows').hover();
  await page.mouse.wheel(0, -400);
  await page.waitForTimeout(300);
  await page.evaluate(() => window.Shopbell.init().send('thank you'));
  await until_answered(page, 4);
});

test('a screen reader is told the words of an answer and its cards', needs_browser, async (t) => {
  const script = [
    says('## Lamps\n\n**Two** of [ours](https://lamps.example/a?b=c):\n\n- *Drift* `L1`\n- Glow'),
  ];
  const { page } = await open_page(t, { script });
  await say(page, 'which lamps?');
  await until_answered(page, 1);
  const told = (page) =>
    part(page, 'live').evaluate((live) =>
      [...live.children].map((one) => [...one.children].map((line) => line.textContent)),
    );
  await until('the answer is told', async () => (await told(page)).length > 0);
  assert.deepEqual(await told(page), [['Lamps', 'Two of ours (lamps.example):', 'Drift L1', 'Glow']]);
  for (const tag of [{ backend: 'shopbell' }, { idempotency: 'on' }]) {
    const { page: other } = await open_page(t, { tag });
    await say(other, 'do you have earbuds?');
    await part(other, 'products').first().waitFor({ state: 'visible', timeout: 15_000 });
    const lines = async () => (await told(other)).flat();
    await until('the cards are told', async () => (await lines()).some((line) => /Drift Buds/.test(line)), {
      seen: lines,
    });
    const all = await lines();
    assert.ok(
      all.includes('In stock') && all.some((line) => /^(S?\$|SGD)\s?\d/.test(line)),
      JSON.stringify(all),
    );
    assert.ok(!all.some((line) => /\*\*|\]\(|https?:/.test(line)), JSON.stringify(all));
  }
});

test(
  'cards name a foreign host, and load pictures from hosts that the page knows',
  needs_browser,
  async (t) => {
    const cards = (page) =>
      part(page, 'products')
        .first()
        .evaluate((list) => {
          const link = list.querySelector('a');
          return {
            label: list.querySelector('small')?.textContent ?? '',
            target: link.target,
            pictures: [...list.querySelectorAll('img')].map((img) => img.getAttribute('src')).length,
          };
        });
    const seen_at = async (shopUrl, html) => {
      const { page } = await open_page(t, { gateway: { shopUrl }, html });
      const asked = [];
      // Nobody has these hosts: what is asked of them is answered here, and counted.
      await page.route('https://*.example/**', (route) => {
        asked.push(new URL(route.request().url()).host);
        return route.fulfill({
          contentType: 'image/svg+xml',
          body: '<svg xmlns="http://www.w3.org/2000/svg"/>',
        });
      });
      await say(page, 'do you have earbuds?');
      await part(page, 'products').first().waitFor({ state: 'visible', timeout: 15_000 });
      return { ...(await cards(page)), asked: asked.length > 0 };
    };
    assert.deepEqual(await seen_at('https://elsewhere.example'), {
      label: ' (elsewhere.example)',
      target: '_blank',
      pictures: 0,
      asked: false,
    });
    const known = await seen_at('https://cdn.example', {
      body: '<img src="https://cdn.example/logo.png" alt="">',
    });
    assert.ok(known.pictures > 0 && known.asked, JSON.stringify(known));
  },
);
