// TZ-V3, TZ-V5 and TZ-V6 on the back end `shopbell`: a call ends when somebody ends it, and begins once. Chromium's microphone is a
// file of silence; what happened is read from the server's participant log and from the wire, not from the widget's own word.
import { silence } from '../rig/sound/dsp.mjs';
import { call_missing, greeting, open_call_stage } from '../rig/voice_call.mjs';
import { asked_for_microphone, clicks, do_all, open_tracks, watch_microphone } from './call_doings.mjs';
import { sleep, until } from '../rig/widget.mjs';

const rate_hz = 16_000;

async function open_stage(t) {
  const missing = await call_missing('chromium');
  if (missing) t.skip(missing);
  return open_call_stage(t, {
    microphone: { rate_hz, samples: silence(10, rate_hz) },
    listen: false,
    html: { head: watch_microphone },
  });
}

const what_of = async (gateway, what) => (await gateway.calls()).filter((entry) => entry.what === what);

/** Waits for an entry of the participant log. */
const until_logged = (gateway, what, count = 1) =>
  until(
    `${count} × "${what}" in the server's log`,
    async () => (await what_of(gateway, what)).length >= count,
    {
      timeout_ms: 5_000,
      seen: () => gateway.calls(),
    },
  );

async function press_mic_and_wait({ shopper, gateway }) {
  await shopper.click('mic');
  await shopper.until_live();
  await shopper.until_said('agent', greeting);
  await until_logged(gateway, 'call joined');
}

/** The call that was joined is still the one, on its first connection, and its frames still come. */
async function assert_call_stands(t, { shopper, gateway, wire }, where) {
  const { state } = await shopper.call();
  t.assert.equal(state, 'live', `${where}: the call as the widget shows it`);
  const calls = await gateway.calls();
  const ends = calls.filter(({ what }) => what === 'call left' || what === 'call parked');
  t.assert.deepEqual(ends, [], `${where}: the call ended on the server`);
  t.assert.equal(calls.filter(({ what }) => what === 'call joined').length, 1, `${where}: joins`);
  const before = (await wire.frames()).filter(({ from }) => from === 'page');
  t.assert.equal(new Set(before.map(({ connection }) => connection)).size, 1, `${where}: voice connections`);
  t.assert.ok(!before.some(({ kind }) => kind === 'bye'), `${where}: the page said goodbye`);
}

async function keys_end_no_call(t) {
  const stage = await open_stage(t);
  await press_mic_and_wait(stage);
  await do_all(t, stage, (where) => assert_call_stands(t, stage, where));
}

async function one_join(t) {
  for (const [name, click] of Object.entries(clicks)) {
    const stage = await open_stage(t);
    const { shopper, gateway, page, wire } = stage;
    await click(stage);
    await shopper.until_live();
    await until_logged(gateway, 'call joined');
    // A second join that was only late comes now.
    await sleep(2_000);
    const joined = await what_of(gateway, 'call joined');
    t.assert.equal(joined.length, 1, `${name}: joins in the server's log`);
    t.assert.equal(new Set(joined.map(({ identity }) => identity)).size, 1, `${name}: identities`);
    t.assert.ok(joined[0].identity, `${name}: the join names its identity`);
    await assert_call_stands(t, stage, name);
    t.assert.equal(await asked_for_microphone(page), 1, `${name}: asked for the microphone`);
    const hellos = (await wire.frames()).filter(({ kind }) => kind === 'hello');
    t.assert.equal(hellos.length, 1, `${name}: hellos on the wire`);
    t.assert.deepEqual(page.page_errors, [], `${name}: errors of the page`);
  }
}

const sound_of_page = (frames) => frames.filter(({ from, kind }) => from === 'page' && kind === 'audio');

async function mute_keeps_stop_leaves(t) {
  const stage = await open_stage(t);
  const { shopper, gateway, page, wire } = stage;
  await press_mic_and_wait(stage);

  for (let round = 1; round <= 2; round += 1) {
    const where = `pause ${round}`;
    await shopper.click('mute');
    await until_logged(gateway, 'track muted', round);
    await shopper.until_call('muted', ({ muted }) => muted);
    await sleep(500);
    const before = sound_of_page(await wire.frames()).length;
    await sleep(1_500);
    t.assert.equal(sound_of_page(await wire.frames()).length, before, `${where}: sound left a muted page`);
    await assert_call_stands(t, stage, where);
    await shopper.click('mute');
    await shopper.until_call('not muted', ({ muted }) => !muted);
    await until_logged(gateway, 'track unmuted', round);
    await until(
      `${where}: sound flows again`,
      async () => sound_of_page(await wire.frames()).length > before,
      {
        timeout_ms: 5_000,
      },
    );
    await assert_call_stands(t, stage, `${where} over`);
  }
  t.assert.equal(await open_tracks(page), 1, 'microphones that are open in the call');

  await shopper.click('hang-up');
  const hung_up_ms = Date.now();
  await until('the microphone is off', async () => (await open_tracks(page)) === 0, {
    timeout_ms: 5_000,
    interval_ms: 20,
  });
  const off_ms = Date.now() - hung_up_ms;
  t.assert.ok(off_ms < 1_000, `the microphone was off after ${off_ms} ms`);
  await until_logged(gateway, 'call left');
  const left = await what_of(gateway, 'call left');
  t.assert.equal(left.length, 1, 'leaves');
  t.assert.ok(
    (await wire.frames()).some(({ kind }) => kind === 'bye'),
    'the page said goodbye',
  );
  t.assert.deepEqual(await what_of(gateway, 'call parked'), [], 'a call that was ended waits for nobody');
  t.assert.equal((await shopper.call()).state, 'idle');
  t.assert.deepEqual(page.page_errors, [], 'errors of the page');
}

export const rows = {
  'TZ-V3/shopbell': { limit_s: 120, run: keys_end_no_call },
  'TZ-V5/shopbell': { limit_s: 90, run: one_join },
  'TZ-V6/shopbell': { limit_s: 90, run: mute_keeps_stop_leaves },
};
