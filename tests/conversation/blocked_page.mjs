// Somebody speaks without a pause while the page's main thread is blocked, 1 s at a time. What arrives on the wire, and when?
import { start_blocking, until_unblocked } from '../rig/pages/block_page.mjs';
import { compare_speech } from '../rig/sound/compare_speech.mjs';
import { joined, silence } from '../rig/sound/dsp.mjs';
import { speak } from '../rig/sound/speech.mjs';
import { greeting, open_call_stage } from '../rig/voice_call.mjs';
import { sleep, until } from '../rig/widget.mjs';
import { late_gap_ms, page_audio, pace_of } from '../rig/network/wire.mjs';
import { start_witness } from '../rig/network/witness.mjs';
import { sound_of, until_played } from './conversation.mjs';

const rate_hz = 48_000;
const lead_s = 6;
const block_ms = 1_000;
const pause_ms = 500;
// One long breath, no word of it twice in the same place: what repeats could be found in two places.
const passage_text =
  'I am looking for a lamp for my desk that is not too bright and not too tall and that my cat cannot push over when it walks along the ' +
  'edge in the evening and it should have a switch that I can reach from the chair without standing up and a cable of at least two metres ' +
  'because the next socket is behind the shelf where my brother keeps all his old cameras and I would like it to be white or maybe grey ' +
  'but never red since everything else in that room is blue apart from the carpet which came with the flat and will be gone by summer';

/** Speech without a pause, for longer than the blocks last. */
function passage(seconds) {
  const spoken = speak(passage_text, { rate_hz, words_a_minute: 150 });
  if (spoken.samples.length < seconds * rate_hz)
    throw new Error('the passage is too short for so many blocks');
  return { rate_hz, samples: spoken.samples.subarray(0, Math.ceil(seconds * rate_hz)) };
}

/** A policy of the shop that leaves no worker: the codec runs in the worklet and its socket on the page's main thread. */
export const no_worker = { 'content-security-policy': "worker-src 'none'" };

/**
 * @param {object} stage
 * @param {{browser?: string, times?: number, headers?: object}} options
 */
export async function speak_while_blocked(stage, { browser = 'chromium', times = 10, headers } = {}) {
  const sound = passage((times * (block_ms + pause_ms)) / 1_000 + 3);
  const { shopper, page, wire, devices } = await open_call_stage(stage, {
    browser,
    headers,
    raw: true,
    microphone: { rate_hz, samples: joined(silence(lead_s, rate_hz), sound.samples) },
  });
  await shopper.click('mic');
  await shopper.until_live();
  await shopper.until_said('agent', greeting);
  await until_played(wire, 0);
  // Where the worker's socket does not wait for the page, a witness's does not either.
  const witness = browser === 'chromium' && (await start_witness(page));
  if (witness) stage.defer(witness.end);
  const speaking = devices?.microphone.play(sound);
  await until(
    'speech on the wire',
    async () => (await wire.frames()).some((frame) => frame.kind === 'speech' && frame.on),
    {
      timeout_ms: 20_000,
    },
  );
  await sleep(300);
  const from_ms = Date.now();
  await start_blocking(page, { times, block_ms, pause_ms });
  // Not asked while it blocks: that would wait for the block, and so for the next.
  await sleep(times * (block_ms + pause_ms));
  const { block_ms_max } = await until_unblocked(page);
  const to_ms = Date.now();
  await speaking;
  await until(
    'the end of speech on the wire',
    async () => (await wire.frames()).findLast((frame) => frame.kind === 'speech')?.on === false,
    { timeout_ms: 30_000, interval_ms: 250 },
  );
  const frames = await wire.frames();
  const audio = page_audio(frames);
  const gaps = witness ? await witness.gaps(late_gap_ms) : [];
  const during = ({ at_ms }) => at_ms >= from_ms && at_ms <= to_ms + 1_500;
  return {
    witness_late: gaps.filter(({ to_ms }) => during({ at_ms: to_ms })).length,
    way:
      page.console_lines.map(({ text }) => /runs by way of "(\w+)"/.exec(text)?.[1]).find(Boolean) ??
      'unknown',
    pace: pace_of(audio.filter(during), gaps),
    block_ms_max,
    connections: new Set(audio.map(({ connection }) => connection)).size,
    call: await shopper.call(),
    likeness: compare_speech(sound, sound_of(audio)),
  };
}
