// ME-1, ME-2, ME-3, ME-5 and ME-7 on the back end `shopbell`: a call whose tab, server and network go away while the shopper speaks, and
// one whose ends are of different versions. Real Chromium; sequence numbers and times are read on the wire, captions from the page.
import { joined, silence } from '../rig/sound/dsp.mjs';
import { as_shopper } from '../rig/shopper.mjs';
import { speak } from '../rig/sound/speech.mjs';
import { previous_release, previous_release_missing } from '../rig/previous_release.mjs';
import { open_gateway } from '../rig/stage.mjs';
import { call_missing, open_call_stage } from '../rig/voice_call.mjs';
import { say, sleep, until, until_answered } from '../rig/widget.mjs';
import { page_audio } from '../rig/network/wire.mjs';

const question = 'Do you have a desk lamp for less than fifty euros?';
const rate_hz = 48_000;

async function open_stage(t, options) {
  const missing = await call_missing('chromium');
  if (missing) t.skip(missing);
  const { samples } = speak(question, { rate_hz });
  const once = joined(samples, silence(1.5, rate_hz));
  const stage = await open_call_stage(t, {
    microphone: { rate_hz, samples: joined(silence(1, rate_hz), ...Array.from({ length: 12 }, () => once)) },
    candidates: [question],
    listen: false,
    network: true,
    ...options,
  });
  return { t, ...stage };
}

const spoken_rows = async (shopper) =>
  (await shopper.rows()).filter(({ author, text }) => author === 'self' && text.includes('desk lamp'));

/** One more sentence of the shopper's stands there than before. */
async function until_caption(shopper, before, timeout_ms) {
  await until(`a caption more than ${before}`, async () => (await spoken_rows(shopper)).length > before, {
    timeout_ms,
    seen: () => shopper.rows(),
  });
}

async function begin({ shopper }) {
  await shopper.click('mic');
  await shopper.until_live();
  await until_caption(shopper, 0, 15_000);
}

const told = (page, name) => page.evaluate((type) => window.dispatchEvent(new Event(type)), name);

/** How long after `from_ms` the page's sound is on the wire again. */
async function until_sound({ t, wire }, what, from_ms, limit_ms) {
  const first = await until(
    `${what}: sound on the wire`,
    async () => page_audio(await wire.frames()).find(({ at_ms }) => at_ms > from_ms + 20),
    { timeout_ms: 15_000 },
  );
  const took_ms = first.at_ms - from_ms;
  t.log(`${what}: sound after ${Math.round(took_ms)} ms`);
  t.assert.ok(took_ms <= limit_ms, `${what}: sound after ${took_ms} ms`);
}

/** What the page sent, over all of its connections: nothing twice, and nothing missing but what it was told was missing. */
async function assert_no_gap({ t, wire, gateway }) {
  const frames = await wire.frames();
  const connections = new Set(page_audio(frames).map(({ connection }) => connection));
  t.assert.ok(connections.size >= 2, 'there was a reconnect');
  for (const connection of connections) {
    const own = frames.filter((frame) => frame.connection === connection);
    const [welcome] = own.filter(({ kind }) => kind === 'welcome');
    const [first, ...rest] = page_audio(own);
    t.assert.equal(
      first.sequence,
      welcome.next_sequence || 1,
      'the first number is the one that the server waits for',
    );
    let before = first;
    for (const frame of rest) {
      t.assert.equal(frame.sequence, before.sequence + 1, 'numbers follow one another');
      before = frame;
    }
  }
  const { voice_frames_ignored: ignored } = await (await fetch(`${gateway.url}/status`)).json();
  t.assert.equal(ignored.missing, 0, 'the server missed nothing');
  t.assert.equal(ignored.forged, 0);
}

async function network_gone(t) {
  const stage = await open_stage(t);
  const { network, page, shopper } = stage;
  await begin(stage);

  let captions = (await spoken_rows(shopper)).length;
  network.refuse(true);
  network.reset();
  await sleep(2_000);
  network.refuse(false);
  let from_ms = Date.now();
  await told(page, 'online');
  await until_sound(stage, 'reset', from_ms, 3_000);
  await until_caption(shopper, captions, 15_000);

  captions = (await spoken_rows(shopper)).length;
  network.half_open();
  await told(page, 'offline');
  await sleep(2_000);
  from_ms = Date.now();
  await told(page, 'online');
  await until_sound(stage, 'silently dropped', from_ms, 3_000);
  await until_caption(shopper, captions, 15_000);
}

async function no_gap_is_invented(t) {
  const stage = await open_stage(t);
  const { network, shopper } = stage;
  await begin(stage);
  const from_ms = Date.now();
  network.reset();
  await until_sound(stage, 'reset', from_ms, 3_000);
  const captions = (await spoken_rows(shopper)).length;
  await until_caption(shopper, captions, 15_000);
  await assert_no_gap(stage);
}

async function server_killed(t) {
  const stage = await open_stage(t);
  const { gateway, shopper } = stage;
  await begin(stage);
  const captions = (await spoken_rows(shopper)).length;
  await gateway.kill();
  await sleep(500);
  await gateway.restart();
  await until_sound(stage, 'server killed', Date.now(), 5_000);
  await until_caption(shopper, captions, 15_000);
  t.assert.equal((await shopper.call()).state, 'live');
}

async function tab_killed(t) {
  const stage = await open_stage(t);
  const { gateway, network, browser, page, shop, wire } = stage;
  await begin(stage);
  // Without a word: the server goes on believing in it.
  network.half_open();
  await page.close();
  await sleep(5_000);
  const again = await browser.new_tab(page);
  const shopper = as_shopper(again);
  await again.goto(shop.url);
  await shopper.open();
  await until_caption(shopper, 0, 5_000); // what was said is still there
  const before = (await spoken_rows(shopper)).length;
  const from_ms = Date.now();
  await shopper.click('mic');
  await shopper.until_live();
  t.assert.ok(Date.now() - from_ms < 3_000, `live after ${Date.now() - from_ms} ms`);
  await until_sound(stage, 'tab killed', from_ms, 4_000);
  await until_caption(shopper, before, 15_000);
  t.assert.match(gateway.output(), /Replacing existing bridge session/);
  t.assert.doesNotMatch(gateway.output(), /session already exists/i);
  const joined_calls = (await gateway.calls()).filter(({ what }) => what === 'call joined');
  t.assert.equal(joined_calls.length, 1, 'the call that was there goes on');
  t.assert.ok((await wire.frames()).some(({ kind, resumed }) => kind === 'welcome' && resumed));
}

async function old_and_new(t) {
  const typed = 'where is my parcel';
  const missing = await previous_release_missing();
  if (missing) t.skip(missing);
  const before = await previous_release(t.log);
  for (const { what, files, gateway } of [
    { what: 'the old widget on the new gateway', files: { checkout: before }, gateway: {} },
    { what: 'the new widget on the old gateway', files: {}, gateway: { checkout: before } },
  ]) {
    const stage = await open_stage(t, { files: await open_gateway(t, files), gateway });
    const { network, page, shopper } = stage;
    await say(page, typed);
    await until_answered(page, 1);
    await begin(stage);
    const captions = (await spoken_rows(shopper)).length;
    network.reset();
    await until_sound(stage, what, Date.now(), 5_000);
    await until_caption(shopper, captions, 15_000);
    t.assert.equal((await shopper.call()).state, 'live');
    const asked = (await shopper.rows()).filter(({ text }) => text === typed);
    t.assert.equal(asked.length, 1, `${what}: what was typed stands once`);
    t.log(`${what}: text and a call`);
    await page.close();
  }
}

export const rows = {
  'ME-1/shopbell': { limit_s: 90, run: tab_killed },
  'ME-2/shopbell': { limit_s: 90, run: server_killed },
  'ME-3/shopbell': { limit_s: 90, run: network_gone },
  'ME-5/shopbell': { limit_s: 60, run: no_gap_is_invented },
  // The first time the older version is built.
  'ME-7/shopbell': { limit_s: 900, run: old_and_new },
};
