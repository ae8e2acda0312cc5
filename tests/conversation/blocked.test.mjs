// A page whose main thread is blocked for 1 s, ten times in a call. Chromium runs the worker's socket apart from the page: nothing is lost
// and nothing is late. Firefox and WebKitGTK pass a worker's socket through the page's main thread: nothing is lost, the order holds, and
// no frame is later than the block and 50 ms. A busy machine delays the browser itself; a witness without our code tells that apart. Beside it, the same with the codec and the socket where a policy leaves no worker.
// The short form is Chromium's, and blocks twice where there is no worker; SHOPBELL_LONG=1 has all three browsers and blocks ten times.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stage_of } from '../rig/suite.mjs';
import { call_missing } from '../rig/voice_call.mjs';
import { with_stage } from '../rig/with_stage.mjs';
import { no_worker, speak_while_blocked } from './blocked_page.mjs';

const long = process.env.SHOPBELL_LONG === '1';
const limits = async (browser) => ({ skip: (await call_missing(browser)) ?? false, timeout: 180_000 });

function assert_complete({ pace, connections, call }, times) {
  assert.deepEqual([pace.lost, pace.holes, pace.reordered], [0, 0, 0], JSON.stringify(pace));
  assert.ok(pace.frames > times * 45, `${pace.frames} frames`);
  assert.equal(connections, 1, 'one connection all the while');
  assert.equal(call.state, 'live');
}

const line_of = ({ way, pace, witness_late, block_ms_max, likeness }) =>
  `way ${way}: ${pace.frames} frames, ${pace.lost} lost, ${pace.late} late (${pace.late_alone} while the witness was in time, ` +
  `which was late ${witness_late} times), longest gap ${pace.gap_ms_max.toFixed(0)} ms, ` +
  `latest by ${pace.lateness_ms_max.toFixed(0)} ms; longest block ${block_ms_max.toFixed(0)} ms; ` +
  `${(100 * likeness.damaged_share).toFixed(1)} % of the speech damaged`;

test('Chromium: no frame lost, none late', await limits('chromium'), async (t) => {
  const measure = async () => {
    const seen = await with_stage((stage) => speak_while_blocked(stage, { times: 10 }));
    t.diagnostic(line_of(seen));
    assert.notEqual(seen.way, 'worklet');
    assert_complete(seen, 10);
    return seen;
  };
  // The witness has a thread of its own, and a busy machine may leave ours alone waiting for a processor: that does not come twice, a fault does.
  const first = await measure();
  if (first.pace.late_alone === 0) return;
  const second = await measure();
  assert.equal(second.pace.late_alone, 0, `${line_of(first)}, and again: ${line_of(second)}`);
});

test('Chromium without a worker: nothing lost, late by the block', await limits('chromium'), async (t) => {
  const times = long ? 10 : 2;
  const seen = await speak_while_blocked(stage_of(t), { times, headers: no_worker });
  t.diagnostic(line_of(seen));
  assert.equal(seen.way, 'worklet');
  assert_complete(seen, times);
  assert.ok(seen.pace.late >= times, 'what the worker is for shows');
});

for (const browser of long ? ['firefox', 'webkit'] : [])
  test(`${browser}: none lost, in order, late by the block at most`, await limits(browser), async (t) => {
    const seen = await speak_while_blocked(stage_of(t), { browser, times: 10 });
    t.diagnostic(line_of(seen));
    assert_complete(seen, 10);
    assert.ok(seen.pace.lateness_ms_max <= seen.block_ms_max + 50, 'late by more than the block');
  });
