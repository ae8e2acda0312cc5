// Following links during a call: in a shop of ordinary page loads the call is parked and goes on with the next page, without a press.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joined, silence } from '../rig/sound/dsp.mjs';
import { speak } from '../rig/sound/speech.mjs';
import { stage_of } from '../rig/suite.mjs';
import { call_missing, open_call_stage } from '../rig/voice_call.mjs';
import { sleep, until } from '../rig/widget.mjs';
import { page_audio } from '../rig/network/wire.mjs';

const rate_hz = 48_000;
const question = 'Do you have a desk lamp for less than fifty euros?';

test(
  'a call goes on over page loads, muted as it was',
  { skip: (await call_missing()) ?? false, timeout: 120_000 },
  async (t) => {
    const once = joined(speak(question, { rate_hz }).samples, silence(1.5, rate_hz));
    const { gateway, page, shopper, wire } = await open_call_stage(stage_of(t), {
      microphone: { rate_hz, samples: joined(...Array.from({ length: 8 }, () => once)) },
      candidates: [question],
      listen: false,
    });
    const what_happened = async () => (await gateway.calls()).map(({ what }) => what);
    const follow = async (to) => {
      await page.locator(`a[href="${to}"]`).click();
      await page.waitForURL(`**${to}`);
      await shopper.until_live();
    };
    await shopper.click('mic');
    await shopper.until_live();
    await shopper.until_said('self', 'desk lamp');

    await follow('/basket');
    assert.deepEqual(await what_happened(), ['call joined', 'call parked', 'call resumed']);
    const spoken = async () => (await shopper.rows()).filter(({ text }) => text.includes('desk lamp')).length;
    const before = await spoken();
    await until('what is said on the next page is heard', async () => (await spoken()) > before, {
      timeout_ms: 20_000,
      seen: () => shopper.rows(),
    });

    await shopper.click('mute');
    await shopper.until_call('muted', ({ muted }) => muted);
    await follow('/');
    assert.equal((await shopper.call()).muted, true, 'the next page does not listen where this one did not');
    const [last] = page_audio(await wire.frames()).slice(-1);
    await sleep(1_000);
    assert.deepEqual(page_audio(await wire.frames()).slice(-1), [last], 'nothing is sent');

    await shopper.click('hang-up');
    await until('the call is over', async () => (await what_happened()).at(-1) === 'call left');
    await page.reload();
    await until('the chat', () => shopper.is_shown('mic'));
    await sleep(500);
    assert.equal((await shopper.call()).state, 'idle', 'what was hung up is not gone on with');
    assert.equal((await what_happened()).filter((what) => what === 'call joined').length, 1);
  },
);
