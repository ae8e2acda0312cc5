// A network that lets no WebRTC through: with `shopbell` its voice socket takes the call over, before it is joined and in the middle of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open_livekit_call } from '../rig/livekit/call.mjs';
import { silence } from '../rig/sound/dsp.mjs';
import { heard_in, stretches_of } from '../rig/sound/ear.mjs';
import { start_recogniser } from '../rig/sound/recogniser.mjs';
import { start_speaker } from '../rig/sound/speaker.mjs';
import { stage_of } from '../rig/suite.mjs';
import { say, sleep, until_answered } from '../rig/widget.mjs';
import { needs_livekit } from '../livekit-parts/parts.mjs';

const needs = { ...(await needs_livekit({ own: true })), timeout: 180_000 };
const greeting = 'Hello! How can I help you today?';
// Sound within three seconds (95 of 100); a machine that does more than this test gets a little longer.
const sound_ms_max = 4_000;

async function open(t) {
  const stage = stage_of(t);
  const recogniser = await start_recogniser({ candidates: [] });
  stage.defer(recogniser.close);
  const speaker = await start_speaker();
  stage.defer(speaker.close);
  return open_livekit_call(stage, {
    cut: true,
    microphone: { rate_hz: 48_000, samples: silence(5, 48_000) },
    tag: { backend: 'shopbell' },
    gateway: { voiceGreeting: greeting, sttBaseUrl: recogniser.url, ttsBaseUrl: speaker.url },
  });
}

/** @returns {Promise<number>} ms from then until the page is heard */
async function sound_after(page, since_ms) {
  const heard = await heard_in(page);
  const first = stretches_of(heard.speaker).find(({ from_s }) => heard.at_ms(from_s) > since_ms);
  assert.ok(first, 'the greeting is heard');
  return Math.round(heard.at_ms(first.from_s) - since_ms);
}

test('blocked before the press', needs, async (t) => {
  const { page, shopper, block, gateway } = await open(t);
  await block();
  const pressed_ms = Date.now();
  await shopper.click('mic');
  await shopper.until_live();
  const live_ms = Date.now() - pressed_ms;
  await shopper.until_said('agent', greeting);
  await sleep(1_000);
  const sound_ms = await sound_after(page, pressed_ms);
  t.diagnostic(`live after ${live_ms} ms, sound after ${sound_ms} ms`);
  assert.ok(sound_ms < sound_ms_max, `sound after ${sound_ms} ms`);
  assert.equal((await gateway.calls()).filter(({ what }) => what === 'call joined').length, 1);
  await say(page, 'Do you have a desk lamp?');
  await until_answered(page, 1);
  assert.deepEqual(page.page_errors, []);
});

test('blocked in mid-call', needs, async (t) => {
  const { page, shopper, block, gateway, ...call } = await open(t);
  const coming = call.agent.call(call);
  await shopper.click('mic');
  await shopper.until_live();
  const agent = await coming;
  await agent.until('said');
  await sleep(1_500);
  await heard_in(page);
  await block();
  const cut_ms = Date.now();
  await shopper.until_call('lost', ({ state }) => state === 'reconnecting');
  const told_ms = Date.now() - cut_ms;
  await shopper.until_live();
  const live_ms = Date.now() - cut_ms;
  await sleep(2_500);
  const sound_ms = await sound_after(page, cut_ms + 100);
  t.diagnostic(`told after ${told_ms} ms, live after ${live_ms} ms, sound after ${sound_ms} ms`);
  assert.ok(sound_ms < sound_ms_max, `sound after ${sound_ms} ms`);
  assert.equal((await gateway.calls()).filter(({ what }) => what === 'call joined').length, 1);
  assert.deepEqual(page.page_errors, []);
});
