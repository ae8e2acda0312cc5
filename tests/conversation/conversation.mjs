// One spoken conversation through everything that is real: microphone, page, worker, socket, gateway, codec, recogniser, assistant,
// voice, speaker. It ends with what can be measured of it.
import { CodecModule } from '../../tools/gateway/voice/codec_module.mjs';
import { readFileSync } from 'node:fs';
import { compare_speech } from '../rig/sound/compare_speech.mjs';
import { joined, silence } from '../rig/sound/dsp.mjs';
import { heard_in } from '../rig/sound/ear.mjs';
import { speak } from '../rig/sound/speech.mjs';
import { greeting, open_call_stage } from '../rig/voice_call.mjs';
import { sleep, until } from '../rig/widget.mjs';
import { page_audio, pace_of } from '../rig/network/wire.mjs';

export const question = 'Do you have a desk lamp for less than fifty euros?';
export const other_question = 'Where is my order, it should have been here on Monday?';
const rate_hz = 48_000;
/** The greeting has been said by then. */
const lead_s = 6;

export const spoken_question = (text = question) => speak(text, { rate_hz });

/** What Chromium's microphone hears: nothing while the agent greets, then the question, then nothing. */
export const microphone_file = (sound) => ({
  rate_hz,
  samples: joined(silence(lead_s, rate_hz), sound.samples, silence(1, rate_hz)),
});

let codec;
/** Audio frames of the wire as sound: silence that was not sent is silence again. */
export function sound_of(audio) {
  codec ??= new WebAssembly.Module(readFileSync(new URL('../../dist/dev/voice.wasm', import.meta.url)));
  const decoder = new CodecModule(codec).decoder(rate_hz);
  const first = audio[0]?.timestamp ?? 0;
  const samples = new Float32Array((audio.at(-1)?.timestamp ?? 0) - first + 960);
  for (const { packet, timestamp } of audio) samples.set(decoder.decode(packet), timestamp - first);
  return { rate_hz, samples };
}

/** What the server sent of one stream. */
export const audio_of_stream = (frames, stream) =>
  frames.filter((frame) => frame.from === 'server' && frame.kind === 'audio' && frame.stream === stream);

export const streams_of = (frames) => [
  ...new Set(
    frames.filter(({ from, kind }) => from === 'server' && kind === 'audio').map(({ stream }) => stream),
  ),
];

/** The last frames of each kind, for what a failure says. */
const seen_on_wire = (frames) => {
  const last = {};
  for (const { from, kind, at_ms, packet, connection, ...more } of frames)
    last[`${from} ${kind}`] = { n: (last[`${from} ${kind}`]?.n ?? 0) + 1, ...more };
  return last;
};

/** Waits until a stream has been played out, by the page's own report of its playout position, or was cut by an interruption. */
export const until_played = (wire, nth, options = {}) =>
  until(
    `stream ${nth} played out`,
    async () => {
      const frames = await wire.frames();
      const stream = streams_of(frames)[nth];
      const end = frames.find((frame) => frame.kind === 'end' && frame.stream === stream);
      if (frames.some(({ kind, stream: cut }) => kind === 'interrupt' && cut === stream)) return true;
      const heard = frames.findLast((frame) => frame.kind === 'playout' && frame.stream === stream);
      return end && heard && heard.heard >= end.timestamp - 960;
    },
    { timeout_ms: 40_000, interval_ms: 250, seen: async () => seen_on_wire(await wire.frames()), ...options },
  );

/**
 * @param {object} stage
 * @param {{browser?: string, rate_hz?: number, sound?: object, drop_every?: number, during?: (parts: object) => Promise<void>}} options
 *   sound: what is said instead of the question; drop_every: every nth audio frame is lost, both ways; answered: false: the answer is
 *   not waited for
 */
export async function hold_conversation(stage, options = {}) {
  const { browser = 'chromium', sound = spoken_question(), drop_every, answered = true } = options;
  const parts = await open_call_stage(stage, {
    browser,
    rate_hz: options.rate_hz,
    microphone: microphone_file(sound),
    candidates: [question, other_question],
    raw: true,
    ...options.stage,
  });
  const { shopper, page, wire, recogniser, devices } = parts;
  const recording = await devices?.speaker.record();
  await shopper.click('mic');
  const pressed_ms = Date.now();
  if (drop_every) for (const side of ['page', 'server']) wire.drop(drop_every, side);
  await shopper.until_live();
  const live_ms = Date.now() - pressed_ms;
  await shopper.until_said('agent', greeting);
  await until_played(wire, 0);
  if (devices) await devices.microphone.play(sound);
  const asked = await until('the question arrives', () => recogniser.heard.at(0), {
    timeout_ms: 30_000,
    seen: async () => pace_of(page_audio(await wire.frames())),
  });
  if (answered) await until_played(wire, 1);
  await sleep(500);
  const frames = await wire.frames();
  const inside = await heard_in(page);
  const outside = await recording?.stop();
  const streams = streams_of(frames).map((stream) => sound_of(audio_of_stream(frames, stream)));
  const uplink = pace_of(page_audio(frames));
  return {
    ...parts,
    live_ms,
    frames,
    asked,
    rows: await shopper.rows(),
    uplink,
    inside,
    likeness: {
      // What the server decoded, and what was spoken.
      question: compare_speech(spoken_question(), asked.sound),
      // What the page played, and what was sent.
      greeting: compare_speech(streams[0], inside.speaker),
      ...(answered && { answer: compare_speech(streams[1], inside.speaker) }),
      // And the answer as it left the browser for the device.
      ...(outside && { device: compare_speech(streams[1], outside) }),
    },
    greeting_spoken: compare_speech(speak(greeting, { rate_hz }), streams[0]),
  };
}
