// People who talk to the shop while its network breaks: pages in node on the same core and socket code, and pages in Chromium. Both
// can be asked the same things.
import { open_node_page } from '../../../tests/rig/pages/node_page.mjs';
import { new_shopper } from '../../../tests/rig/stage.mjs';
import { read_rows, until, until_ready } from '../../../tests/rig/widget.mjs';

/** Waits until `ready()` is true, and says when it was seen. */
async function seen_at(what, ready, limit_ms) {
  await until(what, ready, { timeout_ms: limit_ms, interval_ms: 5 });
  return Date.now();
}

export async function node_person(api_url) {
  const page = await open_node_page({ api_url });
  await until('a welcome', () => page.welcomes.length > 0, { timeout_ms: 20_000 });
  return {
    kind: 'node',
    say: (text) => page.say(text),
    online: (online) => page.online(online),
    shown: () => page.visible(true),
    /** When the server's ack of it was drawn. */
    sent_at: (text, limit_ms) =>
      seen_at(
        `"${text}" is sent`,
        () => page.rows_by('self').some((row) => row.text === text && row.state === 'sent'),
        limit_ms,
      ),
    own_rows: () => page.rows_by('self').map(({ text }) => text),
    resumed: () => page.welcomes.slice(1).every(({ resumed }) => resumed),
    close: () => page.close(),
  };
}

export async function chromium_person(browser, shop) {
  const page = await new_shopper(browser, shop);
  await until_ready(page);
  const tell = (name) => page.evaluate((type) => window.dispatchEvent(new Event(type)), name);
  return {
    kind: 'chromium',
    say: (text) => page.evaluate((words) => window.Shopbell.init().send(words), text),
    online: (online) => tell(online ? 'online' : 'offline'),
    shown: () => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange'))),
    // Seen inside the page, in the frame in which it is drawn: the way to the test's process is not measured.
    sent_at: (text, limit_ms) =>
      page.evaluate(
        ([words, most_ms]) =>
          new Promise((resolve, reject) => {
            const root = document.querySelector('shopbell-widget').shadowRoot;
            const end_ms = Date.now() + most_ms;
            const look = () => {
              const rows = [...root.querySelectorAll('[data-author="self"][data-state="sent"]')];
              if (rows.some((row) => row.textContent.includes(words))) return resolve(Date.now());
              if (Date.now() > end_ms) return reject(new Error(`"${words}" was not sent`));
              setTimeout(look, 5);
            };
            look();
          }),
        [text, limit_ms],
      ),
    own_rows: async () =>
      (await read_rows(page)).filter(({ author }) => author === 'self').map(({ text }) => text),
    close: () => page.context().close(),
  };
}
