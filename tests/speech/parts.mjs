// What these tests share: call agents with real codec workers and real espeak-ng, and a call whose page is played by the test.
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { makeConfig, optionsFromEnvironment } from '../../tools/gateway/settings/config.mjs';
import { CodecModule } from '../../tools/gateway/voice/codec_module.mjs';
import { makeCallAgents } from '../../tools/gateway/voice/index.mjs';
import { joined, silence } from '../rig/sound/dsp.mjs';
import { candidate } from '../rig/sound/recogniser.mjs';
import { speak, speech_missing } from '../rig/sound/speech.mjs';
import { best_match, features_of } from '../rig/sound/word_match.mjs';

// VOICE_MODULE names another build of the module.
const { VOICE_MODULE } = process.env;
export const module_file = makeConfig(optionsFromEnvironment({ VOICE_MODULE })).voiceModule;

/** `{skip}` for node:test: why nothing can be spoken here, or false. */
export const needs_speech = {
  skip:
    speech_missing() ?? (existsSync(module_file) ? false : 'dist/dev/voice.wasm is not built: npm run build'),
  timeout: 60_000,
};

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(check, limit_ms = 10_000) {
  const end_ms = performance.now() + limit_ms;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (performance.now() > end_ms) throw new Error(`not within ${limit_ms} ms: ${check}`);
    await pause(10);
  }
}

/** No server and no recogniser unless the test names one; nothing of this machine's environment is looked at. */
export async function agents_for(t, options = {}) {
  const lines = [];
  const note = (level) => (fields, message) => lines.push({ level, message, ...fields });
  const agents = await makeCallAgents({
    config: makeConfig({ pocketsphinxCommand: '-', voiceWorkers: 1, voiceModule: module_file, ...options }),
    log: { info: note('info'), warn: note('warn'), error: note('error'), debug() {} },
  });
  t.after(() => agents.close());
  return { agents, lines, counters: () => agents.describe().counters };
}

let shared_codec;
function codec() {
  shared_codec ??= new CodecModule(new WebAssembly.Module(readFileSync(module_file)));
  return shared_codec;
}

/** What a page hears of some frames: decoded in the order of their timestamps, each once. */
export function heard_of(frames) {
  const decoder = codec().decoder(48_000);
  const by_time = [...new Map(frames.map((frame) => [frame.timestamp_48k, frame])).values()];
  by_time.sort((a, b) => a.timestamp_48k - b.timestamp_48k);
  const samples = joined(...by_time.map(({ payload }) => decoder.decode(payload).slice()));
  decoder.delete();
  return { rate_hz: 48_000, samples };
}

/** A sound of 48 kHz as Opus packets. */
export function* packets_of(samples) {
  const encoder = codec().encoder({ bitrateBps: 24_000, complexity: 5 });
  for (let at = 0; at + 960 <= samples.length; at += 960)
    yield encoder.encode(samples.subarray(at, at + 960)).slice();
  encoder.delete();
}

const spoken_sounds = new Map();
/** espeak-ng at 48 kHz, some silence around. */
export function sound_of(text) {
  if (!spoken_sounds.has(text)) {
    const { samples } = speak(text, { rate_hz: 48_000 });
    spoken_sounds.set(text, joined(silence(0.1, 48_000), samples, silence(0.1, 48_000)));
  }
  return spoken_sounds.get(text);
}

/** The sentence that a sound is nearest to of those given; '' when it is near none. */
export function understood(sound, sentences) {
  const candidates = sentences.map((text) => candidate(text, { words_a_minute: 165 }));
  return best_match(features_of(sound), candidates).text;
}

/**
 * A call as the gateway's sockets give it to an agent, and the page at its other end. What arrives is kept with its time in `log`;
 * `answer` is what the assistant does.
 */
const no_bounds = { address: '', take: () => true, add() {} };

export class TestCall {
  log = [];
  frames = [];
  #sequence = 0;
  #timestamp_48k = 1000;

  /**
   * @param {{agents: object, answer?: Function, plays?: boolean, meter?: object}} options plays: the page plays what it gets and reports
   *  it; meter: what it may cost, by default all it wants
   */
  constructor({ agents, answer, plays = true, meter = no_bounds }) {
    this.answers = [];
    this.#play(plays);
    const note = (what) => (value) => this.#note(what, value);
    this.agent = agents.open({
      id: 'call-1',
      session_id: 'session-1',
      muted: false,
      meter,
      send_audio: (frame) => this.#audio(frame),
      send_end: (stream, end_48k) => this.#note('end', { stream, end_48k }),
      send_flush: (stream) => this.#note('flush', { stream }),
      send_agent: note('agent'),
      caption: note('caption'),
      row: note('row'),
      spoken: note('spoken'),
      hang_up: note('hang_up'),
      answer: async (text, options) => {
        this.answers.push({ text, options, at_ms: performance.now() });
        return (answer ?? (() => ({ text: '' })))(text, options);
      },
    });
  }

  #note(what, value) {
    this.log.push({ what, value, at_ms: performance.now() });
  }

  #audio(frame) {
    this.frames.push({ ...frame, at_ms: performance.now() });
  }

  of(what) {
    return this.log.filter((entry) => entry.what === what).map(({ value }) => value);
  }

  get states() {
    return this.of('agent');
  }

  get rows() {
    return this.of('row');
  }

  stream(number) {
    return this.frames.filter(({ stream }) => stream === number);
  }

  get streams() {
    return [...new Set(this.frames.map(({ stream }) => stream))];
  }

  /** Waits until the agent has said something (more) to its end. */
  async said(streams = this.of('end').length + 1, limit_ms = 20_000) {
    await until(() => this.of('end').length >= streams && this.states.at(-1) === 'listening', limit_ms);
  }

  /** Up to where the page has played a stream: real time from its first frame, 40 ms after it. */
  played_48k(stream, at_ms = performance.now()) {
    const [first] = this.stream(stream);
    if (!first) return 0;
    const last = this.stream(stream).at(-1).timestamp_48k + 960;
    return Math.min(last, Math.max(0, Math.round((at_ms - first.at_ms - 40) * 48)));
  }

  #play(plays) {
    if (!plays) return;
    this.player = setInterval(() => {
      const stream = this.frames.at(-1)?.stream;
      if (stream !== undefined && !this.gone) this.agent.playout(stream, this.played_48k(stream));
    }, 100).unref();
  }

  /** Speaks as a page does: Opus frames, marks around the speech. `marks` may leave one out. */
  say(sound, { marks = ['on', 'off'], rate = 20 } = {}) {
    return this.feed(sound, { marks, rate });
  }

  /** @param {number} rate times real time */
  async feed(samples, { marks = [], rate = 20 } = {}) {
    if (marks.includes('on')) this.agent.speech(true, this.#timestamp_48k);
    const started_ms = performance.now();
    let sent = 0;
    for (const payload of packets_of(samples)) {
      this.audio(payload);
      const due_ms = started_ms + (sent += 20) / rate;
      if (due_ms > performance.now() + 1) await pause(due_ms - performance.now());
    }
    this.off_ms = performance.now();
    if (marks.includes('off')) this.agent.speech(false, this.#timestamp_48k);
  }

  audio(payload) {
    this.#sequence += 1;
    const timestamp_48k = this.#timestamp_48k;
    this.#timestamp_48k += 960;
    this.agent.audio({ stream: 0, sequence: this.#sequence, timestamp_48k, flags: 0, payload });
  }

  skip(ms) {
    this.#timestamp_48k += ms * 48;
  }
}

/** An assistant that writes `text` word by word. */
export const writes =
  (text, { pace_ms = 2, first_ms = 0 } = {}) =>
  async (asked, { signal, on_delta }) => {
    let written = '';
    await pause(first_ms);
    for (const word of text.split(/(?<=\s)/)) {
      if (signal.aborted) break;
      on_delta(word);
      written += word;
      await pause(pace_ms);
    }
    return { text: written };
  };
