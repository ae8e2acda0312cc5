// The same conversation in Firefox ESR and WebKitGTK, whose microphone and speaker are null sinks of PulseAudio, at the rates that devices
// have; and the microphone is unplugged in mid-call: the call stays, says so, and takes up the next one.
// The short form has one rate for each browser; SHOPBELL_LONG=1 all of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unlike } from '../rig/compare_speech.mjs';
import { stage_of } from '../rig/suite.mjs';
import { call_missing, greeting } from '../rig/voice_call.mjs';
import { until } from '../rig/widget.mjs';
import { bounds } from './bounds.mjs';
import { hold_conversation, other_question, question, spoken_question } from './conversation.mjs';

const long = process.env.SHOPBELL_LONG === '1';
const rates_hz = long
  ? { firefox: [16_000, 44_100, 48_000, 96_000], webkit: [16_000, 44_100, 48_000, 96_000] }
  : { firefox: [44_100], webkit: [16_000] };

async function replug(t, { pulse, devices, shopper, wire, recogniser }, rate_hz) {
  const before = recogniser.heard.length;
  await devices.microphone.unplug();
  const gone = await shopper.until_call('tells that the microphone is gone', ({ note }) => note !== '', {
    timeout_ms: 15_000,
  });
  t.diagnostic(`unplugged: the call is ${gone.state} and says "${gone.note}"`);
  assert.equal(gone.state, 'live', 'an unplugged microphone ends no call');
  const next = await pulse.add_microphone({ name: 'second', rate_hz });
  await shopper.until_call('has a microphone again', ({ note }) => note === '', { timeout_ms: 15_000 });
  await next.play(spoken_question(other_question));
  const heard = await until('the second microphone is heard', () => recogniser.heard.at(before), {
    timeout_ms: 30_000,
  });
  assert.equal(heard.text, other_question);
  const connections = new Set((await wire.frames()).map(({ connection }) => connection));
  assert.equal(connections.size, 1, 'one connection all the while');
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
      await replug(t, talk, rate_hz);
      assert.deepEqual(page.page_errors, []);
    });
  }
