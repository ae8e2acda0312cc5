// The same conversation in Firefox ESR and WebKitGTK, whose microphone and speaker are null sinks of PulseAudio, at the rates that devices
// have; and the microphone is unplugged in mid-call: the call stays, says so, and takes up the next one.
// In the long form alone, SHOPBELL_LONG=1: minutes, and its bounds want a quiet machine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unlike } from '../rig/sound/compare_speech.mjs';
import { stage_of } from '../rig/suite.mjs';
import { call_missing, greeting } from '../rig/voice_call.mjs';
import { sleep, until } from '../rig/widget.mjs';
import { bounds } from './bounds.mjs';
import { hold_conversation, other_question, question, spoken_question } from './conversation.mjs';

const long = process.env.SHOPBELL_LONG === '1';
const rates_hz = long
  ? { firefox: [16_000, 44_100, 48_000, 96_000], webkit: [16_000, 44_100, 48_000, 96_000] }
  : {};

const heard_on = async (microphone, { recogniser }) => {
  const before = recogniser.heard.length;
  await microphone.play(spoken_question(other_question));
  const heard = await until(`${microphone.name} is heard`, () => recogniser.heard.at(before), {
    timeout_ms: 30_000,
    seen: () => recogniser.heard.map(({ text }) => text),
  });
  assert.equal(heard.text, other_question);
};

/** The microphone is unplugged while another is there, and that one is taken up. */
async function unplug_one(talk, rate_hz) {
  const { pulse, devices, shopper, wire } = talk;
  const second = await pulse.add_microphone({ name: 'second', rate_hz });
  await sleep(500);
  await devices.microphone.unplug();
  await sleep(2_000);
  assert.equal((await shopper.call()).state, 'live', 'an unplugged microphone ends no call');
  await heard_on(second, talk);
  const connections = new Set((await wire.frames()).map(({ connection }) => connection));
  assert.equal(connections.size, 1, 'one connection all the while');
  return second;
}

/** The last microphone goes: the call stays and says so, until there is one again. */
async function unplug_last(t, second, { pulse, shopper }, rate_hz) {
  await second.unplug();
  const gone = await shopper.until_call('says that the microphone is gone', ({ note }) => note !== '');
  t.diagnostic(`without a microphone the call is ${gone.state} and says "${gone.note}"`);
  assert.equal(gone.state, 'live');
  await pulse.add_microphone({ name: 'third', rate_hz });
  await shopper.until_call('has a microphone again', ({ note }) => note === '');
}

for (const [browser, rates] of Object.entries(rates_hz))
  for (const rate_hz of rates) {
    const limits = { skip: (await call_missing(browser)) ?? false, timeout: 180_000 };
    test(`${browser} with devices of ${rate_hz} Hz`, limits, async (t) => {
      const talk = await hold_conversation(stage_of(t), { browser, rate_hz });
      const { rows, likeness, uplink, page, live_ms, asked } = talk;
      t.diagnostic(`live after ${live_ms} ms; ${JSON.stringify(likeness)}; ${JSON.stringify(uplink)}`);
      assert.equal(asked.text, question, 'the recogniser, by the sound alone');
      assert.deepEqual(
        rows.slice(0, 2).map(({ author, text }) => [author, text]),
        [
          ['agent', greeting],
          ['self', question],
        ],
      );
      assert.deepEqual([uplink.lost, uplink.holes, uplink.reordered], [0, 0, 0]);
      for (const [what, measured] of Object.entries(likeness))
        assert.deepEqual(unlike(measured, bounds[browser][what]), [], what);
      const second = await unplug_one(talk, rate_hz);
      // Firefox offers the speaker's monitor as a microphone, so it is never without one here.
      if (browser === 'webkit') await unplug_last(t, second, talk, rate_hz);
      assert.deepEqual(page.page_errors, []);
    });
  }
