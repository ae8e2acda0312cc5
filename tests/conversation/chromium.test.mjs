// A conversation in Chromium whose microphone is a file: greeting heard, question sent, answer heard, and both directions are what they
// should be, within the bound of ten clean runs (bounds.mjs). Frames lost on the way, a rate error and another sentence are over that
// bound; the last two are held with SHOPBELL_LONG=1 alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unlike } from '../rig/sound/compare_speech.mjs';
import { resample } from '../rig/sound/dsp.mjs';
import { stage_of } from '../rig/suite.mjs';
import { call_missing, greeting } from '../rig/voice_call.mjs';
import { bounds } from './bounds.mjs';
import { hold_conversation, other_question, question, spoken_question } from './conversation.mjs';

const limits = { skip: (await call_missing('chromium')) ?? false, timeout: 120_000 };

test('greeting heard, question sent, answer heard', limits, async (t) => {
  const { rows, likeness, uplink, page, live_ms, asked } = await hold_conversation(stage_of(t));
  t.diagnostic(`live after ${live_ms} ms; ${JSON.stringify(likeness)}; ${JSON.stringify(uplink)}`);
  assert.equal(asked.text, question, 'the recogniser, by the sound alone');
  const said = rows.map(({ author, text }) => [author, text]);
  assert.deepEqual(said.slice(0, 2), [
    ['agent', greeting],
    ['self', question],
  ]);
  assert.equal(rows[2].author, 'agent');
  assert.ok(rows[2].text.length > 10, 'an answer');
  assert.deepEqual([uplink.lost, uplink.holes, uplink.reordered], [0, 0, 0]);
  for (const [what, measured] of Object.entries(likeness))
    assert.deepEqual(unlike(measured, bounds.chromium[what]), [], what);
  assert.deepEqual(page.page_errors, []);
});

const long = process.env.SHOPBELL_LONG === '1';
const rate_hz = 48_000;
const faults = {
  '5 % of the frames lost': { options: { drop_every: 20 }, over: ['question', 'greeting'] },
  'a rate error of 1 %': {
    options: { sound: { rate_hz, samples: resample(spoken_question().samples, rate_hz, 1.01 * rate_hz) } },
    over: ['question'],
  },
  'another sentence': { options: { sound: spoken_question(other_question) }, over: ['question'] },
};
for (const [name, { options, over }] of Object.entries(faults).slice(0, long ? undefined : 1))
  test(`is over the bound: ${name}`, limits, async (t) => {
    const { likeness } = await hold_conversation(stage_of(t), { ...options, answered: false });
    // A conversation is over the bound when any part of it is: which frames of a short question are lost is chance, and may cost little.
    const found = over.flatMap((what) =>
      unlike(likeness[what], bounds.chromium[what]).map((why) => `${what}: ${why}`),
    );
    t.diagnostic(found.join(', '));
    assert.notDeepEqual(found, []);
  });
