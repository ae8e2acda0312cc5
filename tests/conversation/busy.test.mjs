// The same conversation on a machine that has something else to do: beside one busy loop for each of its cores. What a browser's own
// devices lose then is told and not judged (a starved sound server drops samples before any page sees them); what the page was given and
// what it was sent must pass through us whole. In the long form alone, SHOPBELL_LONG=1.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { test } from 'node:test';
import { compare_speech, unlike } from '../rig/sound/compare_speech.mjs';
import { stretches_of } from '../rig/sound/ear.mjs';
import { stage_of } from '../rig/suite.mjs';
import { call_missing } from '../rig/voice_call.mjs';
import { page_audio } from '../rig/network/wire.mjs';
import { bounds } from './bounds.mjs';
import { hold_conversation, sound_of } from './conversation.mjs';

const browsers = process.env.SHOPBELL_LONG === '1' ? ['chromium', 'firefox', 'webkit'] : [];
const margin_s = 0.2;

/** They end with the test, and by themselves where that is killed. */
function keep_busy(t) {
  const loop = 'const end = Date.now() + 120_000; while (Date.now() < end);';
  const loops = cpus().map(() => spawn(process.execPath, ['-e', loop], { stdio: 'ignore' }));
  t.after(() => loops.forEach((one) => one.kill('SIGKILL')));
}

/** The longest stretch of sound, with a little silence around it. */
function longest_of(sound) {
  const [longest] = stretches_of(sound, { pause_s: 0.8 }).sort(
    (a, b) => b.to_s - b.from_s - (a.to_s - a.from_s),
  );
  assert.ok(longest, 'the microphone gave some sound');
  const at = (seconds) => Math.max(0, Math.round(seconds * sound.rate_hz));
  return {
    ...sound,
    samples: sound.samples.slice(at(longest.from_s - margin_s), at(longest.to_s + margin_s)),
  };
}

for (const browser of browsers) {
  const limits = { skip: (await call_missing(browser)) ?? false, timeout: 180_000 };
  test(`${browser} beside ${cpus().length} busy loops`, limits, async (t) => {
    keep_busy(t);
    const { likeness, uplink, inside, asked, frames, live_ms } = await hold_conversation(stage_of(t), {
      browser,
    });
    const { question, device, ...downlink } = likeness;
    const given = longest_of(inside.microphone);
    const sent = compare_speech(given, asked.sound);
    const on_wire = compare_speech(given, sound_of(page_audio(frames)));
    t.diagnostic(
      `live after ${live_ms} ms; ${inside.gaps} quanta never asked for; ${JSON.stringify(uplink)}`,
    );
    t.diagnostic(`lost before the page: ${JSON.stringify(question)}; behind it: ${JSON.stringify(device)}`);
    t.diagnostic(`through us: ${JSON.stringify({ on_wire, sent, ...downlink })}`);
    assert.deepEqual([uplink.lost, uplink.holes, uplink.reordered], [0, 0, 0]);
    assert.deepEqual(unlike(sent, bounds[browser].question), [], 'from the microphone to the server');
    for (const [what, measured] of Object.entries(downlink))
      assert.deepEqual(
        unlike(measured, bounds[browser][what]),
        [],
        `${what}: from the server to the speaker`,
      );
  });
}
