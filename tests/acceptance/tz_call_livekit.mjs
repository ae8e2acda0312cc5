// TZ-V1 to TZ-V8 in a room of the real LiveKit server, beside text over `chatkit`: what happened is read from the server's log, from its room
// service and from what the agent in the room hears, not from the widget's own word.
import { livekit_call_missing, open_livekit_call, spoken_question } from '../rig/livekit/call.mjs';
import { heard_in, stretches_of } from '../rig/sound/ear.mjs';
import { rows_by, sleep, until } from '../rig/widget.mjs';
import { in_browsers } from './in_browsers.mjs';
import { silence } from '../rig/sound/dsp.mjs';
import { asked_for_microphone, clicks, do_all, open_tracks, watch_microphone } from './call_doings.mjs';

const greeting = 'Hello! How can I help you today?';
const rate_hz = 48_000;
const quiet = { rate_hz, samples: silence(5, rate_hz) };

async function open_stage(t, options = {}) {
  const browser = t.browser?.name ?? 'chromium';
  const missing = await livekit_call_missing(browser);
  if (missing) t.skip(missing);
  return open_livekit_call(t, { browser, microphone: quiet, html: { head: watch_microphone }, ...options });
}

/** Presses, and the agent comes. @returns the agent, who has greeted */
async function begin(stage, more) {
  await stage.shopper.click('mic');
  const agent = await stage.agent(more);
  await stage.shopper.until_live();
  await agent.until('said');
  return agent;
}

/** One join, still there, and the widget says so. */
async function assert_call_stands(t, { shopper, visits, server, room }, where) {
  t.assert.equal((await shopper.call()).state, 'live', `${where}: the call as the widget shows it`);
  const all = visits();
  t.assert.deepEqual(
    all.map(({ what }) => what),
    ['active'],
    `${where}: joins and leaves in the server's log`,
  );
  const inside = (await server.participants(await room())).map(({ identity }) => identity);
  t.assert.ok(inside.includes(all[0].identity), `${where}: the shopper is in the room`);
}

async function live_and_greeted(t) {
  const stage = await open_stage(t);
  const { shopper, page } = stage;
  // A worker waits for jobs, ready to go.
  const coming = stage.agent();
  await sleep(3_000);
  const pressed_ms = Date.now();
  await shopper.click('mic');
  await shopper.until_live();
  const live_ms = Date.now() - pressed_ms;
  const agent = await coming;
  await agent.until('said');
  await shopper.until_said('agent', greeting);
  const heard = await heard_in(page);
  const [first] = stretches_of(heard.speaker);
  t.assert.ok(first, 'the greeting is heard');
  const greeted_ms = Math.round(heard.at_ms(first.from_s) - pressed_ms);
  t.log(`live after ${live_ms} ms, greeted after ${greeted_ms} ms`);
  t.assert.ok(live_ms <= 3_000, `live after ${live_ms} ms`);
  t.assert.ok(greeted_ms <= 5_000, `greeted after ${greeted_ms} ms`);
  t.assert.deepEqual(page.page_errors, [], 'errors of the page');
}

async function two_way_after(t) {
  const wait_s = process.env.SHOPBELL_LONG === '1' ? 600 : 60;
  // The question comes when the minute is over, out of a microphone that was silent until then.
  const question = spoken_question(undefined, wait_s + 4);
  const stage = await open_stage(t, { microphone: question });
  const agent = await begin(stage);
  await sleep(wait_s * 1_000);
  if (stage.microphone) void stage.microphone.play(spoken_question());
  await assert_call_stands(t, stage, `after ${wait_s} s`);
  await agent.until('speech_ended', { timeout_ms: 30_000 });
  await agent.say('We have it.');
  await stage.shopper.until_said('agent', 'We have it.');
  await assert_call_stands(t, stage, 'after an answer');
  const lost = stage.page.console_lines.filter(({ text }) => text.includes('call reconnecting'));
  t.assert.deepEqual(lost, [], 'a line that is well is not taken for dead');
}

async function keys_end_no_call(t) {
  const stage = await open_stage(t);
  await begin(stage);
  await do_all(t, stage, (where) => assert_call_stands(t, stage, where));
}

const turns = [
  'Do you have desk lamps?',
  'How much is it?',
  'Is it blue?',
  'Can you deliver it?',
  'Thank you.',
];

async function five_turns(t) {
  const stage = await open_stage(t, { microphone: spoken_question(turns.join(' '), 5) });
  const { shopper, page, visits } = stage;
  const agent = await begin(stage);
  await agent.until('speech_began', { timeout_ms: 20_000 });
  const [{ identity: me }] = visits();
  for (const [i, words] of turns.entries()) {
    await agent.transcript(me, [words.split(' ')[0], words]);
    await shopper.until_said('self', words);
    await agent.say(`Answer ${i + 1}.`);
    await shopper.until_said('agent', `Answer ${i + 1}.`);
  }
  const said = (await rows_by(page, 'self')).map(({ text }) => text);
  t.assert.deepEqual(said, turns, 'each turn of the shopper once');
  const heard = (await rows_by(page, 'agent'))
    .map(({ text }) => text)
    .filter((text) => text.startsWith('Answer'));
  t.assert.equal(heard.length, turns.length, `each answer once: ${heard}`);
  await assert_call_stands(t, stage, 'after five turns');
}

async function one_join(t) {
  for (const [name, click] of Object.entries(clicks)) {
    const stage = await open_stage(t);
    const { shopper, page, visits } = stage;
    await click(stage);
    await shopper.until_live();
    await stage.agent();
    // A second join that was only late comes now.
    await sleep(2_000);
    t.assert.equal(visits().length, 1, `${name}: joins`);
    await assert_call_stands(t, stage, name);
    t.assert.equal(await asked_for_microphone(page), 1, `${name}: asked for the microphone`);
    t.assert.deepEqual(page.page_errors, [], `${name}: errors of the page`);
  }
}

async function mute_keeps_stop_leaves(t) {
  const stage = await open_stage(t);
  const { shopper, page, visits } = stage;
  const agent = await begin(stage);
  for (let round = 1; round <= 2; round += 1) {
    await shopper.click('mute');
    await agent.until('muted', { count: round });
    await shopper.until_call('muted', ({ muted }) => muted);
    await assert_call_stands(t, stage, `pause ${round}`);
    await shopper.click('mute');
    await agent.until('unmuted', { count: round });
    await assert_call_stands(t, stage, `pause ${round} over`);
  }
  t.assert.equal(await open_tracks(page), 1, 'microphones that are open in the call');
  await shopper.click('hang-up');
  await until('the microphone is off', async () => (await open_tracks(page)) === 0, {
    timeout_ms: 1_000,
    interval_ms: 20,
  });
  await until('the shopper has left', () => visits().some(({ what }) => what === 'closing'), {
    timeout_ms: 5_000,
  });
  t.assert.equal((await shopper.call()).state, 'idle');
  t.assert.deepEqual(page.page_errors, [], 'errors of the page');
}

async function cards(t) {
  const stage = await open_stage(t);
  const { page } = stage;
  const agent = await begin(stage);
  await agent.data('other', { type: 'product_results', products: [{ productId: 1, name: 'Not this' }] });
  await agent.data('tool-results', {
    type: 'product_results',
    tool: 'searchProducts',
    query: 'astro',
    products: [
      {
        productId: 7,
        name: 'Astro Bot',
        permalink: 'https://shop.example/astro-bot',
        price_sgd: 79,
        stock_status: 'instock',
      },
      { productId: 8, name: 'Bad link', permalink: 'javascript:alert(1)', price_sgd: null },
    ],
  });
  const links = await until('a card', async () => {
    const all = await page.evaluate(() =>
      [...document.querySelector('shopbell-widget').shadowRoot.querySelectorAll('a')].map(
        ({ href, textContent }) => ({ href, textContent }),
      ),
    );
    return all.some(({ textContent }) => textContent.includes('Astro Bot')) && all;
  });
  t.assert.equal(
    links.find(({ textContent }) => textContent.includes('Astro Bot')).href,
    'https://shop.example/astro-bot',
  );
  t.assert.ok(!links.some(({ href }) => href.startsWith('javascript')), 'a link that is no page');
  const shown = await page.evaluate(() => document.querySelector('shopbell-widget').shadowRoot.textContent);
  t.assert.ok(!shown.includes('Not this'), 'another topic');
  await agent.say('I have noted your trade-in and sent the e-mail.');
  await stage.shopper.until_said('agent', 'I have noted your trade-in and sent the e-mail.');
}

async function lines(t) {
  const stage = await open_stage(t);
  const { shopper, page } = stage;
  await begin(stage);
  await shopper.click('mute');
  await shopper.click('mute');
  await sleep(500);
  const all = () => page.console_lines.map(({ text }) => text).join('\n');
  for (const line of ['[LiveKit] Connected', 'publishing track', '[Voice] Listening...'])
    t.assert.ok(all().includes(line), `"${line}" in\n${all()}`);
  await shopper.click('hang-up');
  await sleep(500);
  for (const line of [
    'stopLiveKitVoiceMode called',
    'cannot publish track when not connected',
    'WSServerHandshakeError',
  ])
    t.assert.ok(!all().includes(line), `"${line}" in\n${all()}`);
  t.assert.deepEqual(page.page_errors, [], 'errors of the page');
}

const long = process.env.SHOPBELL_LONG === '1';
const with_firefox = ['chromium', 'firefox'];
const not_in = { webkit: "Debian's WebKitGTK has no WebRTC" };

export const rows = {
  'TZ-V1': in_browsers({ limit_s: 60, run: live_and_greeted, not_in }, with_firefox),
  // The long form is in Firefox, too: SHOPBELL_BROWSERS=chromium,firefox names them for the short one.
  'TZ-V2': in_browsers({ limit_s: long ? 720 : 150, run: two_way_after, not_in }),
  'TZ-V3/livekit': { limit_s: 120, run: keys_end_no_call },
  'TZ-V4': { limit_s: 120, run: five_turns },
  'TZ-V5/livekit': in_browsers({ limit_s: 90, run: one_join, not_in }, with_firefox),
  'TZ-V6/livekit': { limit_s: 90, run: mute_keeps_stop_leaves },
  'TZ-V7': { limit_s: 60, run: cards },
  'TZ-V8': { limit_s: 60, run: lines },
};
