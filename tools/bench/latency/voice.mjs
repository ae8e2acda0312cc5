// Voice, from mouth to ear, in real Chromium against the real gateway on loopback. Two calls:
//
//   speaking    somebody speaks without a pause. The worker's own counters say how long each frame took from the Date.now() of the quantum
//               that holds its first sample to send(); then the same while the page's main thread is blocked 1 s, ten times. Beside it, in the
//               same page, `bare_pipeline`: a worklet, a port, a worker and a socket that do nothing else, the floor that browser and machine set.
//   talking     questions, each spoken into the middle of the answer before it. Microphone and speaker are recorded on the page's audio
//               clock (tests/rig/sound/ear.mjs): when a question ended, when the agent fell silent, when its answer was first heard.
//
// Mouth to ear is the sum of what sound goes through: microphone to wire, wire to wire (the relay and the gateway's decoder are within it:
// loopback), and from a frame on the wire to its sound at the speaker. What devices themselves add is not in it.
import { start_blocking, until_unblocked } from '../../../tests/rig/pages/block_page.mjs';
import { joined, silence } from '../../../tests/rig/sound/dsp.mjs';
import { compare_speech } from '../../../tests/rig/sound/compare_speech.mjs';
import { heard_in, stretches_of } from '../../../tests/rig/sound/ear.mjs';
import { speak } from '../../../tests/rig/sound/speech.mjs';
import { call_missing, greeting, open_call_stage } from '../../../tests/rig/voice_call.mjs';
import { sleep } from '../../../tests/rig/widget.mjs';
import { start_witness } from '../../../tests/rig/network/witness.mjs';
import {
  audio_of_stream,
  sound_of,
  streams_of,
  until_played,
} from '../../../tests/conversation/conversation.mjs';
import { quantile } from '../../lib/samples.mjs';

const rate_hz = 48_000;
const lead_s = 8;
const speaking_s = 16;
const blocks = { times: 10, block_ms: 1_000, pause_ms: 500 };
const turns = 20;
/** From the end of one question to the beginning of the next, which falls into the answer. */
const turn_pause_s = 4.5;
const question = 'Do you have a desk lamp for less than fifty euros?';
const passage =
  'I am looking for a lamp for my desk that is not too bright and not too tall and that my cat cannot push over when it walks along the edge in the evening';

function repeated(sound, seconds) {
  return joined(...Array(Math.ceil((seconds * rate_hz) / sound.samples.length)).fill(sound.samples));
}

/** The worker's counters, wherever it came from. */
async function mic_to_wire(page) {
  for (const worker of page.workers()) {
    const counters = await worker.evaluate(() => {
      const { frames_sent, mic_to_wire_ms } = self.shopbell_voice ?? {};
      return mic_to_wire_ms && { frames_sent, mic_to_wire_ms };
    });
    if (counters) return counters;
  }
  throw new Error('no worker of voice on this page');
}

async function greeted(stage, microphone, options = {}) {
  const parts = await open_call_stage(stage, { microphone, ...options });
  await parts.shopper.click('mic');
  await parts.shopper.until_live();
  await parts.shopper.until_said('agent', greeting);
  return parts;
}

async function speaking(stage, progress) {
  const seconds = speaking_s + (blocks.times * (blocks.block_ms + blocks.pause_ms)) / 1_000 + 8;
  const samples = joined(silence(lead_s, rate_hz), repeated(speak(passage, { rate_hz }), seconds));
  const { page, wire } = await greeted(stage, { rate_hz, samples }, { listen: false });
  await until_played(wire, 0);
  const witness = await start_witness(page);
  stage.defer(witness.end);
  await sleep(2_500);
  const from_beat = (await witness.beats()).length;
  const from = (await mic_to_wire(page)).frames_sent;
  progress('speaking');
  await sleep(speaking_s * 1_000);
  const middle = (await mic_to_wire(page)).frames_sent;
  const middle_beat = (await witness.beats()).length;
  progress('speaking, the page blocked');
  await start_blocking(page, blocks);
  await sleep(blocks.times * (blocks.block_ms + blocks.pause_ms));
  await until_unblocked(page);
  const { frames_sent: to, mic_to_wire_ms } = await mic_to_wire(page);
  const bare_ms = (await witness.beats()).map(({ age_ms }) => age_ms);
  return {
    ours: { free_ms: mic_to_wire_ms.slice(from, middle), blocked_ms: mic_to_wire_ms.slice(middle, to) },
    bare: { free_ms: bare_ms.slice(from_beat, middle_beat), blocked_ms: bare_ms.slice(middle_beat) },
  };
}

const audible = 0.004;
/** What a stream begins with, and how long after its first frame that may be heard. */
const beginning = { frames: 60, heard_within_s: 3 };

/**
 * From a frame on the wire to its sound at the speaker: of the frame in which a stream is first audible, found in the recording by its
 * sound.
 * @param {object[]} audio the frames of one stream
 */
function wire_to_ear_ms(audio, { speaker, at_ms }) {
  const stream = sound_of(audio.slice(0, beginning.frames));
  const [first] = stretches_of(stream, { floor: audible, pause_s: 0.02 });
  if (!first) return undefined;
  const from_s = Math.max(0, (audio[0].at_ms - at_ms(0)) / 1_000 - 0.2);
  const [from, to] = [from_s, from_s + beginning.heard_within_s].map((at_s) =>
    Math.round(at_s * speaker.rate_hz),
  );
  const heard = { rate_hz: speaker.rate_hz, samples: speaker.samples.slice(from, to) };
  const { start_ms, damaged_share } = compare_speech(stream, heard);
  if (damaged_share > 0.5) return undefined;
  const carrier = audio.findLast(
    ({ timestamp }) => timestamp - audio[0].timestamp <= first.from_s * stream.rate_hz,
  );
  return at_ms(from / speaker.rate_hz + start_ms / 1_000 + first.from_s) - carrier.at_ms;
}

async function talking(stage, progress) {
  const spoken = speak(question, { rate_hz });
  const turn = joined(spoken.samples, silence(turn_pause_s, rate_hz));
  const samples = joined(silence(lead_s, rate_hz), ...Array(turns).fill(turn));
  const { page, wire } = await greeted(stage, { rate_hz, samples }, { candidates: [question] });
  const turn_s = turn.length / rate_hz;
  for (let i = 1; i <= turns; i += 1) {
    await sleep(turn_s * 1_000);
    progress(`turn ${i} of ${turns}`);
  }
  await sleep(lead_s * 1_000);
  const heard = await heard_in(page);
  const frames = await wire.frames();
  const { at_ms } = heard;
  const questions = stretches_of(heard.microphone, { floor: 0.02, pause_s: 1 });
  const spoken_by_agent = stretches_of(heard.speaker, { floor: audible, pause_s: 0.25 });

  const to_reply_ms = [];
  const detected_ms = [];
  for (const { from_s, to_s } of questions) {
    const reply = spoken_by_agent.find((stretch) => stretch.from_s > to_s);
    if (reply && reply.from_s - to_s < turn_pause_s) to_reply_ms.push((reply.from_s - to_s) * 1_000);
    const on = frames.find(
      (frame) =>
        frame.kind === 'speech' && frame.on && frame.at_ms > at_ms(from_s) && frame.at_ms < at_ms(to_s),
    );
    if (on) detected_ms.push(on.at_ms - at_ms(from_s));
  }

  // An interruption is told the moment it is decided; the speaker's last sound before the next stretch is when it took hold.
  const to_silence_ms = frames
    .filter(({ kind }) => kind === 'interrupt')
    .map((frame) => {
      const cut = spoken_by_agent.find(
        ({ from_s, to_s }) => at_ms(from_s) < frame.at_ms && at_ms(to_s) > frame.at_ms - 200,
      );
      return cut && Math.max(0, at_ms(cut.to_s) - frame.at_ms);
    })
    .filter((value) => value !== undefined);

  const to_ear_ms = streams_of(frames)
    .map((stream) => wire_to_ear_ms(audio_of_stream(frames, stream), heard))
    .filter((value) => value !== undefined);
  return { to_reply_ms, detected_ms, to_silence_ms, to_ear_ms };
}

const mic_to_wire_of = ({ free_ms, blocked_ms }) => ({
  mic_to_wire_n: free_ms.length,
  mic_to_wire_ms_p50: quantile(free_ms, 0.5),
  mic_to_wire_ms_p99: quantile(free_ms, 0.99),
  mic_to_wire_blocked_n: blocked_ms.length,
  mic_to_wire_blocked_ms_p50: quantile(blocked_ms, 0.5),
  mic_to_wire_blocked_ms_p99: quantile(blocked_ms, 0.99),
});

/** @param {{stage: object, progress: (line: string) => void, with_stage: (use: (stage: object) => any) => any}} parts */
export async function measure_voice({ with_stage, progress }) {
  const missing = await call_missing('chromium');
  if (missing) throw new Error(missing);
  const { ours, bare } = await with_stage((stage) => speaking(stage, progress));
  const { to_reply_ms, detected_ms, to_silence_ms, to_ear_ms } = await with_stage((stage) =>
    talking(stage, progress),
  );
  const to_wire = mic_to_wire_of(ours);
  const wire_to_ear_ms_p50 = quantile(to_ear_ms, 0.5);
  const shopbell = {
    ...to_wire,
    speech_end_to_reply_n: to_reply_ms.length,
    speech_end_to_reply_ms_p50: quantile(to_reply_ms, 0.5),
    speech_start_to_detected_ms_p50: quantile(detected_ms, 0.5),
    interrupt_to_silence_n: to_silence_ms.length,
    interrupt_to_silence_ms_p50: quantile(to_silence_ms, 0.5),
    interrupt_to_silence_ms_p95: quantile(to_silence_ms, 0.95),
    wire_to_ear_n: to_ear_ms.length,
    wire_to_ear_ms_p50,
    mouth_to_ear_ms_p50: to_wire.mic_to_wire_ms_p50 + wire_to_ear_ms_p50,
  };
  return { shopbell, bare_pipeline: mic_to_wire_of(bare) };
}
