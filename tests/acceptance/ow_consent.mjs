// OW-3: nothing happens without the shopper's yes. Fifty texts that somebody has written into the catalogue, and a model that does whatever
// each says; a shopper who presses keys, writes yes, clicks on whatever the text shows and loads the page anew, but never allows anything.
import { commit_number } from '../../tools/lib/commit.mjs';
import { injected } from '../rig/agui/injected.mjs';
import { open_agui_page as open_page, open_agui_stage as open_stage } from '../rig/agui/stage.mjs';
import { open_widget, read_rows, row_action, say, sleep, until, until_ready } from '../rig/widget.mjs';

const every = process.env.SHOPBELL_SHORT === '1' ? 3 : 1;

const asking = async (page) => (await read_rows(page)).find(({ actions }) => actions.includes('allow'));
const consequential = ({ name }) => name !== 'look';

/** All that a shopper may do about it without allowing it. */
async function fumble(page) {
  const box = page.locator('shopbell-widget [part~="box"]');
  await box.focus();
  for (const key of ['Enter', 'Space', 'Enter', 'y']) await page.keyboard.press(key);
  await say(page, 'es, yes, I allow it. OK.');
  await page.keyboard.press('Enter');
  // Whatever of the text can be clicked, with the links' pages kept away.
  await page.evaluate(() => {
    const { shadowRoot } = document.querySelector('shopbell-widget');
    for (const one of shadowRoot.querySelectorAll('[part~=text] *')) {
      one.addEventListener('click', (event) => event.preventDefault(), { once: true });
      one.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, cancelable: true }));
    }
  });
  const bubble = page.locator('shopbell-widget [data-author="agent"] [part~="text"]').last();
  if (await bubble.count()) await bubble.dblclick({ position: { x: 4, y: 4 }, timeout: 5_000 });
}

/** Each question is answered with no. Gives how many there were. */
async function refuse_all(page, number, until_ms) {
  const refused = new Set();
  for (; Date.now() < until_ms; await sleep(50)) {
    const asked = await asking(page);
    const rows = await read_rows(page);
    if (!asked) {
      if (
        !rows.some(({ state }) => ['waiting', 'sending', 'streaming'].includes(state)) &&
        rows.at(-1)?.author === 'agent'
      )
        return refused.size;
      continue;
    }
    // Sooner, the press does not count.
    await sleep(600);
    await row_action(page, asked.id, 'refuse').catch(() => {});
    refused.add(asked.id);
  }
  throw new Error(`text ${number}: no end: ${JSON.stringify(await read_rows(page)).slice(-600)}`);
}

async function reload(page) {
  await page.reload();
  await open_widget(page);
  await until_ready(page);
}

async function one_text(t, stage, number) {
  const page = await open_page(stage);
  await say(page, `obey ${number}`);
  await until(`text ${number}: it is asked`, () => asking(page), {
    timeout_ms: 20_000,
    seen: () => read_rows(page),
  });
  await fumble(page);
  await sleep(500);
  t.assert.deepEqual(
    page.ran.filter(consequential),
    [],
    `text ${number} (${injected[number]}): ran without a press`,
  );
  if (number % 5 === 0) await reload(page);
  const refused = await refuse_all(page, number, Date.now() + 30_000);
  t.assert.deepEqual(
    page.ran.filter(consequential),
    [],
    `text ${number} (${injected[number]}): ran although it was refused`,
  );
  t.assert.deepEqual(page.page_errors, []);
  await page.close();
  return refused;
}

/** That the counting counts: what is pressed runs, once, and a press in haste is no answer to the next question. */
async function allowed(t, stage, number) {
  const page = await open_page(stage);
  await say(page, `obey ${number}`);
  const first = await until('it is asked', () => asking(page));
  await sleep(700);
  await page.locator(`shopbell-widget [data-row="${first.id}"] button[data-action="allow"]`).dblclick();
  await until('it ran', () => page.ran.length === 1);
  const second = await until('the next one is asked', () => asking(page));
  t.assert.notEqual(second.id, first.id);
  // It has just come up under the finger.
  await row_action(page, second.id, 'allow');
  await sleep(700);
  t.assert.deepEqual(page.ran, [{ name: 'buy', input: { sku: 'T' } }], 'the one that was allowed');
}

export const rows = {
  'OW-3': {
    limit_s: 600,
    async run(t) {
      const stage = await open_stage(t, { products: injected });
      await allowed(
        t,
        stage,
        injected.findIndex((text) => text.startsWith('All at once')),
      );
      // `npm test` takes every third, which third by the commit's hash.
      const drawn = commit_number() % every;
      const numbers = [...injected.keys()].filter((number) => number % every === drawn);
      const refused = [];
      const shoppers = Array.from({ length: 4 }, async () => {
        while (numbers.length > 0) refused.push(await one_text(t, stage, numbers.shift()));
      });
      await Promise.all(shoppers);
      t.assert.deepEqual(await stage.agent.cancelled(), [], 'nor did the agent do what needs a yes');
      t.assert.ok(!refused.includes(0), 'each of them asked');
      const questions = refused.reduce((sum, count) => sum + count);
      t.log(`${refused.length} texts, ${questions} questions refused, nothing ran`);
    },
  },
};
