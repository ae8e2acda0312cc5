// What a call's sound goes through: a blip, and the page loads of somebody who follows links while they speak. Read on the wire behind the
// TCP proxy, where the gateway's network card would be.
//
//   blip          from the first packet that can pass to the first frame of the microphone that was spoken after that
//   page change   between the last frame of the page that is left and the first of the next one
import { setTimeout as sleep } from 'node:timers/promises';
import { joined } from '../../../tests/rig/sound/dsp.mjs';
import { speak } from '../../../tests/rig/sound/speech.mjs';
import { call_missing, open_call_stage } from '../../../tests/rig/voice_call.mjs';
import { until } from '../../../tests/rig/widget.mjs';
import { page_audio } from '../../../tests/rig/network/wire.mjs';

const rate_hz = 48_000;
const blip_ms = 2_000;
const samples_per_ms = 48;

/** Somebody who never stops talking. */
function talker() {
  const { samples } = speak('I am looking for a lamp and for a chair and for a table and for a shelf and', {
    rate_hz,
  });
  return { rate_hz, samples: joined(...Array.from({ length: 20 }, () => samples)) };
}

const tell = (page, name) => page.evaluate((type) => window.dispatchEvent(new Event(type)), name);

/** @returns {Promise<{at_ms: number}>} the page's first audio frame that fits */
const first_frame = (wire, fits) =>
  until('sound on the wire', async () => page_audio(await wire.frames()).find(fits), { timeout_ms: 20_000 });

async function blip({ network, page, wire }) {
  const before = page_audio(await wire.frames()).at(-1);
  network.freeze();
  await tell(page, 'offline');
  await sleep(blip_ms);
  const from_ms = Date.now();
  network.thaw();
  await tell(page, 'online');
  // What was held comes at once: "again" is what was spoken after it.
  const held_until = before.timestamp + blip_ms * samples_per_ms;
  const { at_ms } = await first_frame(
    wire,
    ({ timestamp, at_ms: time }) => time > from_ms && timestamp > held_until,
  );
  return at_ms - from_ms;
}

async function change_page({ page, wire, shopper }, to) {
  await page.locator(`a[href="${to}"]`).click();
  const left = page_audio(await wire.frames()).at(-1);
  const first = await first_frame(wire, ({ connection }) => connection > left.connection);
  const last = page_audio(await wire.frames()).findLast(({ connection }) => connection === left.connection);
  await shopper.until_live();
  return first.at_ms - last.at_ms;
}

/** @param {{blips: number, pages: number}} plan */
export async function measure_calls(stage, { blips, pages }, progress) {
  const missing = await call_missing();
  if (missing) throw new Error(missing);
  const call = await open_call_stage(stage, {
    microphone: talker(),
    listen: false,
    network: true,
    gateway: { recordRequests: false },
  });
  await call.shopper.click('mic');
  await call.shopper.until_live();
  await first_frame(call.wire, () => true);
  const blips_ms = [];
  for (let i = 0; i < blips; i += 1) {
    await sleep(3_000);
    blips_ms.push(await blip(call));
    progress(`call, blip: ${Math.round(blips_ms.at(-1))} ms`);
  }
  const pages_ms = [];
  for (let i = 0; i < pages; i += 1) {
    await sleep(2_000);
    pages_ms.push(await change_page(call, i % 2 === 0 ? '/basket' : '/'));
    progress(`call, page change: ${Math.round(pages_ms.at(-1))} ms`);
  }
  const joins = (await call.gateway.calls()).filter(({ what }) => what === 'call joined').length;
  if (joins !== 1) throw new Error(`one call became ${joins}`);
  return { blips_ms, pages_ms };
}
