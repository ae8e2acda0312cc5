// TZ-D1 to TZ-D3: versions go out and come back, a setting switches voice, and the tag of the widget before this one goes on working.
//
// The versions are made as a release makes them and served by the gateway from a folder that `promote` and `rollback` write.
import { rollback } from '../../tools/release/rollback.mjs';
import { assert_whole, release_while_pages_load } from '../release/loop.mjs';
import { moving_tag, open_page, open_releases } from '../release/stage.mjs';
import { ran } from '../release/versions.mjs';
import { put_storage } from '../rig/pages/page_state.mjs';
import { api_posts } from '../rig/request_log.mjs';
import { require_parts } from '../rig/stage.mjs';
import { shop_html, start_shop } from '../rig/pages/shop_page.mjs';
import { open_widget, part, read_rows, say, until, until_answered, until_ready } from '../rig/widget.mjs';

const hour_ms = 3_600_000;
const back_within_ms = 60_000;

async function releases(t) {
  await require_parts(t);
  const names = ['1.0.0', '1.1.0', '1.2.0'];
  const parts = await open_releases(t, names);
  const result = await release_while_pages_load(parts, { names, rounds: 4 });
  t.log(`${result.pages.length} pages during ${result.changes.length} changes`);
  t.assert.ok(result.pages.length >= 4, `${result.pages.length} pages were loaded`);
  assert_whole(t.assert, result);

  // A shopper who has the newer version's tag in the cache when it is taken back.
  await parts.promote('1.2.0');
  const context = await parts.browser.new_context();
  const version_now = async () => {
    const page = await open_page(parts, moving_tag(), { context });
    await open_widget(page);
    await until_ready(page);
    const { versions } = await ran(page);
    await page.end();
    return versions;
  };
  t.assert.deepEqual(await version_now(), ['1.2.0']);
  const begun_ms = performance.now();
  await rollback(parts.to, '1.0.0');
  t.assert.deepEqual(await version_now(), ['1.0.0'], 'the old version is back');
  t.assert.ok(performance.now() - begun_ms < back_within_ms, 'within a minute');
  await context.close();
}

const call_tag = (voice) => (site, api) =>
  `<script src="${site}/shopbell.js" data-api-url="${api}" data-api-key="demo" data-backend="shopbell" data-voice="${voice}" async></script>`;

async function voice_by_setting(t) {
  await require_parts(t);
  const parts = await open_releases(t, ['1.0.0']);
  await parts.promote('1.0.0');
  // One shopper: the shop's page changes under its address, as when an owner edits the tag.
  let voice = 'off';
  const shop = await start_shop({
    '/': () => ({ html: shop_html(call_tag(voice)(parts.gateway.url, parts.gateway.url)) }),
  });
  t.defer(shop.close);
  const page = await parts.browser.new_page();
  const texts = async () =>
    (await read_rows(page)).filter(({ state }) => state !== 'streaming').map(({ text }) => text);
  const load = async (setting) => {
    voice = setting;
    await page.goto(shop.url);
    await open_widget(page);
    await until_ready(page);
    const mic = part(page, 'mic');
    await until(
      `voice is ${setting}`,
      async () => ((await mic.count()) > 0 && (await mic.first().isVisible())) === (setting !== 'off'),
      {
        seen: () => mic.count(),
      },
    );
  };
  const ask = async (text, count) => {
    await say(page, text);
    await until_answered(page, count);
  };

  await load('off');
  await ask('before voice', 1);
  const before = await texts();
  for (const [setting, question, count] of [
    ['shopbell', 'with voice', 2],
    ['off', 'without again', 3],
  ]) {
    const had = await texts();
    await load(setting);
    await until('the conversation is back', async () => (await texts()).length >= had.length);
    t.assert.deepEqual(await texts(), had, `voice ${setting}: the conversation`);
    await ask(question, count);
  }
  t.assert.deepEqual((await texts()).slice(0, before.length), before);
  t.assert.deepEqual(
    (await read_rows(page)).filter(({ author }) => author === 'self').map(({ text, state }) => [text, state]),
    ['before voice', 'with voice', 'without again'].map((text) => [text, 'sent']),
  );
}

const old_client = 'client_1735689600000_abc123xyz';
const old_session = `${old_client}_1735689600001`;

const old_pages = {
  'the tag with its attributes': (site, api) =>
    `<script src="${site}/widget/chat-widget-enhanced.js?v=20251222-sendfix" data-api-url="${api}" data-api-key="demo" data-position="bottom-left" data-primary-color="#123456" data-video-url="/hello.mp4"></script>`,
  'the call of init': (site, api) =>
    `<script src="${site}/widget/chat-widget-enhanced.js?v=20251222-sendfix"></script>
     <script>document.addEventListener('DOMContentLoaded', () => TradeZoneChatEnhanced.init({ apiUrl: '${api}', apiKey: 'demo', position: 'bottom-left', primaryColor: '#123456', botName: 'Amara', enableVoice: true, enableVideo: true, videoUrl: '', livekitScriptUrl: null }));</script>`,
};

async function old_tag(t) {
  await require_parts(t);
  const parts = await open_releases(t, ['1.0.0']);
  await parts.promote('1.0.0');
  const { gateway } = parts;
  for (const [name, tag] of Object.entries(old_pages)) {
    const shop = await start_shop({
      '/': { html: shop_html(tag(gateway.url, gateway.url)) },
      '/empty': { html: '<!doctype html><title>Empty</title>' },
    });
    t.defer(shop.close);
    const page = await parts.browser.new_page();
    await put_storage(page, shop, {
      tz_client_id: old_client,
      tz_session_id: old_session,
      tz_session_expiry: String(Date.now() + hour_ms),
      tz_chat_history: JSON.stringify([
        { role: 'user', content: 'an older question' },
        { role: 'assistant', content: 'an older answer' },
      ]),
    });
    await page.goto(shop.url);
    await open_widget(page);
    await until(`${name}: the older conversation`, async () => (await read_rows(page)).length >= 2);
    t.assert.equal((await read_rows(page))[0].text, 'an older question', `${name}: its rows`);
    await say(page, 'still me');
    await until_answered(page, 2);
    const { body, headers } = api_posts(await gateway.requests()).at(-1);
    t.assert.equal(body.sessionId, old_session, `${name}: the session goes on`);
    t.assert.deepEqual(
      body.history.slice(0, 2).map(({ content }) => content),
      ['an older question', 'an older answer'],
    );
    t.assert.equal(headers['x-api-key'], 'demo', `${name}: the key`);
    t.assert.equal(await part(page, 'title').textContent(), 'Amara', `${name}: its name`);
    t.assert.equal(await page.locator('shopbell-widget').count(), 1, `${name}: one widget`);
    await old_buttons(t, page, gateway, name);
    t.assert.deepEqual(page.page_errors, [], `${name}: errors of the page`);
    await page.context().close();
  }
}

/** What old pages call from buttons of their own. */
async function old_buttons(t, page, gateway, name) {
  const press = (method) => page.evaluate((called) => window.TradeZoneChatEnhanced[called](), method);
  const is_open = () => part(page, 'panel').isVisible();
  await press('toggleChat');
  await until(`${name}: toggleChat closes`, async () => !(await is_open()));
  await press('toggleChat');
  await until(`${name}: toggleChat opens`, is_open);

  await press('clearSession');
  await until(`${name}: clearSession empties it`, async () => (await read_rows(page)).length === 0);
  // As a press after the page came anew: nothing of the older conversation comes back.
  await page.reload();
  await press('toggleChat');
  if (!(await is_open())) await press('toggleChat');
  await part(page, 'box').waitFor();
  await say(page, 'somebody else');
  await until_answered(page, 1);
  t.assert.deepEqual(
    (await read_rows(page)).filter(({ author }) => author === 'self').map(({ text }) => text),
    ['somebody else'],
    `${name}: a conversation of its own`,
  );
  const { body } = api_posts(await gateway.requests()).at(-1);
  t.assert.notEqual(body.sessionId, old_session, `${name}: a session of its own`);
  t.assert.equal(body.history.length, 1, `${name}: no older history`);
}

export const rows = {
  'TZ-D1': { limit_s: 120, run: releases },
  'TZ-D2': { limit_s: 60, run: voice_by_setting },
  'TZ-D3': { limit_s: 90, run: old_tag },
};
