// The states of the widget that a shopper can see, each brought about as it comes about in a shop. The accessibility test
// looks at all of them; the screenshots take some.
import { deep_json } from '../rig/network/bad_bodies.mjs';
import { part, read_rows, say, until, until_answered } from '../rig/widget.mjs';

export const product_question = 'do you have earbuds?';
export const list_question = 'what is the difference between the N9 and the N9 Pro?';

const until_state = (page, state) =>
  until(`a row is ${state}`, async () => (await read_rows(page)).some((row) => row.state === state), {
    timeout_ms: 15_000,
    seen: () => read_rows(page),
  });

/**
 * `fault`: for the proxy between page and gateway. `tag`: attributes of the tag. `reach`: what the shopper does; the panel is
 * open and the core loaded, unless `closed`.
 * @type {Record<string, {closed?: boolean, fault?: object, tag?: object, context?: object, reach?: (page: object, context: object) => Promise<void>}>}
 */
export const states = {
  closed: { closed: true },
  'open and empty': {},
  waiting: {
    fault: { kind: 'delay', delay_ms: Infinity },
    async reach(page) {
      await say(page, product_question);
      await part(page, 'typing').waitFor({ state: 'visible' });
    },
  },
  'still working': {
    fault: { kind: 'delay', delay_ms: Infinity },
    async reach(page) {
      await say(page, product_question);
      await page
        .locator('shopbell-widget')
        .getByText('Still working')
        .waitFor({ state: 'visible', timeout: 10_000 });
    },
  },
  streaming: {
    fault: {
      kind: 'sse',
      chunks: function* () {
        const pieces = [
          'Yes, we have **earbuds**',
          ' in two kinds:\n\n- Drift Buds',
          ', S$179\n- Drift Buds Pro, ',
        ];
        for (const text of pieces) yield `event: delta\ndata: ${JSON.stringify({ text })}\n\n`;
        // Comments keep the stream alive while the test looks.
        for (;;) yield ': more comes\n\n';
      },
      interval_ms: 400,
    },
    async reach(page) {
      await say(page, product_question);
      await page.locator('shopbell-widget').getByText('Drift Buds Pro').waitFor({ state: 'visible' });
    },
  },
  'done, with markdown and products': {
    async reach(page) {
      await say(page, list_question);
      await until_answered(page, 1);
      await say(page, product_question);
      await until_answered(page, 2);
      await part(page, 'products').first().waitFor({ state: 'visible' });
      await page.locator('shopbell-widget [data-markdown] strong').first().waitFor();
    },
  },
  failed: {
    tag: { 'api-key': 'wrong' },
    async reach(page) {
      await say(page, product_question);
      await until_state(page, 'failed');
    },
  },
  'not confirmed': {
    tag: { idempotency: 'off' },
    fault: { kind: 'drop', when: 'before_forward' },
    async reach(page) {
      await say(page, product_question);
      await until_state(page, 'unconfirmed');
    },
  },
  'waiting for the next try': {
    fault: {
      kind: 'answer',
      status: 429,
      headers: { 'retry-after': '60' },
      body: '{"error":"Too many requests"}',
    },
    async reach(page) {
      await say(page, product_question);
      await until_state(page, 'waiting');
    },
  },
  'an answer that cannot be read': {
    tag: { idempotency: 'off' },
    fault: { kind: 'answer', status: 200, body: deep_json(), forward: true },
    async reach(page) {
      await say(page, product_question);
      await until('the panel says so', async () => (await read_rows(page)).some((row) => row.note), {
        seen: () => read_rows(page),
      });
    },
  },
  offline: {
    async reach(page, context) {
      await say(page, product_question);
      await until_answered(page, 1);
      await context.setOffline(true);
      await part(page, 'banner').waitFor({ state: 'visible' });
      await say(page, 'is one in stock?');
      await until_state(page, 'waiting');
    },
  },
  'too long': {
    async reach(page) {
      await part(page, 'box').fill('a long story '.repeat(90));
      await page.keyboard.press('Enter');
      await part(page, 'counter').waitFor({ state: 'visible' });
    },
  },
  unread: {
    async reach(page) {
      await page.keyboard.press('Escape');
      await page.evaluate(() => window.Shopbell.init().send('hello'));
      await part(page, 'unread').waitFor({ state: 'visible' });
    },
  },
};
