// A call headless: voice.wasm through its hand loader on one side, on the other a scripted server that speaks the frames and codes with
// a second instance of the module. Time is stepped by 10 ms; sounds are made by formula.
import { readFileSync } from 'node:fs';
import { import_typescript } from './bundle.mjs';

export const { load_voice, instantiate } = await import_typescript(
  `export { load_voice, instantiate } from './shim/voice/module';`,
);

const module_of = (name) =>
  new WebAssembly.Module(readFileSync(new URL(`../../dist/dev/${name}`, import.meta.url)));
// It leaves its function where the hand loader looks for it.
await import('../../dist/dev/voice-plain.js');
export const builds = {
  simd: module_of('voice.wasm'),
  plain: module_of('voice-plain.wasm'),
  'plain JavaScript': 'voice-plain.js',
};

// The numbers of Counter (wasm/voice/wire/counters.h) and Gauge (voice_session.h).
export const counter = Object.fromEntries(
  'unknown truncated oversized forged replayed reordered missing recovered concealed underruns overflowed unsent resent stale reconnects interrupts unreadable overlong'
    .split(' ')
    .map((name, i) => [name, i]),
);
export const kinds = {
  ...{ hello: 1, audio: 2, speech: 3, interrupt: 4, playout: 5, mute: 6, pong: 7, bye: 8, ping: 9 },
  ...{
    welcome: 0x81,
    agent_audio: 0x82,
    agent: 0x83,
    flush: 0x84,
    end: 0x85,
    server_ping: 0x87,
    ended: 0x88,
  },
};
export const states = { live: 1, reconnecting: 2, back: 3, needs_ticket: 4, gone: 5 };

/** Uniform in [-1, 1), the same each time. */
export function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 8_388_608 - 1;
  };
}

export const silence = (rate_hz, ms) => new Float32Array((rate_hz * ms) / 1000);

/** Like a voice: pulses through two resonances, in syllables whose length and loudness, and the gaps after them, come from the seed. */
export function voice(rate_hz, ms, pitch_hz = 120, gain = 0.3, seed = 1) {
  const out = silence(rate_hz, ms);
  const random = dice(seed);
  const radius = 1 - 250 / rate_hz;
  const pole = (hz) => 2 * radius * Math.cos((2 * Math.PI * hz) / rate_hz);
  const [first, second] = [pole(600), pole(1300)];
  let [phase, a1, a2, b1, b2, loudest] = [0, 0, 0, 0, 0, 0];
  let syllable = { strength: 1, quiet_ms: 150, end_ms: 200 };
  for (let i = 0; i < out.length; i += 1) {
    const at_ms = (i * 1000) / rate_hz;
    if (at_ms >= syllable.end_ms) {
      const quiet_ms = syllable.end_ms + 150 + 90 * random();
      syllable = { strength: 0.6 + 0.4 * random(), quiet_ms, end_ms: quiet_ms + 80 + 50 * random() };
    }
    phase += (pitch_hz * (1 + 0.05 * Math.sin(at_ms / 90))) / rate_hz;
    let pulse = 0;
    if (phase >= 1) {
      phase -= 1;
      if (at_ms < syllable.quiet_ms) pulse = syllable.strength;
    }
    [a1, a2] = [pulse + first * a1 - radius * radius * a2, a1];
    [b1, b2] = [a1 + second * b1 - radius * radius * b2, b1];
    out[i] = b1;
    loudest = Math.max(loudest, Math.abs(b1));
  }
  return out.map((sample) => (sample * gain) / loudest);
}

export function joined(...sounds) {
  const out = new Float32Array(sounds.reduce((sum, sound) => sum + sound.length, 0));
  let at = 0;
  for (const sound of sounds) {
    out.set(sound, at);
    at += sound.length;
  }
  return out;
}

function envelope(sound, rate_hz) {
  const step = Math.floor(rate_hz / 100);
  const out = [];
  for (let at = 0; at + step <= sound.length; at += step) {
    let sum = 0;
    for (let i = at; i < at + step; i += 1) sum += sound[i] ** 2;
    out.push(Math.sqrt(sum / step));
  }
  return out;
}

/** How alike two sounds are, by their loudness every 10 ms, at the best delay up to 600 ms. 1: the same but for their gain. */
export function likeness(one, one_hz, other, other_hz) {
  const a = envelope(one, one_hz);
  const b = envelope(other, other_hz);
  let best = 0;
  for (let delay = 0; delay < 60; delay += 1) {
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = 0; i < a.length; i += 1) {
      const heard = b[i + delay] ?? 0;
      ab += a[i] * heard;
      aa += a[i] ** 2;
      bb += heard ** 2;
    }
    if (aa && bb) best = Math.max(best, ab / Math.sqrt(aa * bb));
  }
  return best;
}

/** Encoder and decoder of the server: the codec's own exports of the module (wasm/bindings/codec_face.cpp). */
export function codec(module) {
  const face = instantiate(module);
  const encoder = face.codec_encoder_new(48_000, 32_000, 5, 1, 0, 5);
  const decoder = face.codec_decoder_new(48_000);
  const pcm = () => new Float32Array(face.memory.buffer, face.codec_pcm(), 960);
  const packet = (bytes) => new Uint8Array(face.memory.buffer, face.codec_packet(), bytes);
  return {
    encode(samples) {
      pcm().set(samples);
      return packet(face.codec_encode(encoder, 960)).slice();
    },
    decode(bytes) {
      packet(bytes.length).set(bytes);
      if (face.codec_decode(decoder, bytes.length) !== 960) throw new Error('the page sent no Opus frame');
      return pcm().slice();
    },
  };
}

export class Call {
  now = 1000;
  socket = 0;
  opens = [];
  sent = [];
  states = [];
  levels = [];
  flushes = [];
  queue = [];
  queued = 0;
  taken = 0;
  heard = [];
  reachable = true;
  lose = () => false;
  next_sequence = 0;
  agent = { sequence: 1, timestamp: 0, stream: 0, sound: undefined, from_ms: 0, at: 0 };

  constructor({
    module = builds.simd,
    rate_hz = 48_000,
    channels = 1,
    push_to_talk = false,
    muted = false,
  } = {}) {
    Object.assign(this, { rate_hz, channels });
    this.codec = codec(module);
    this.voice = load_voice(module, {
      open: (attempt, url) => {
        this.opens.push(url);
        if (!this.reachable) return this.voice.socket_closed(attempt, 1006, this.now);
        this.socket = attempt;
        return this.voice.socket_opened(attempt, this.now);
      },
      send: (attempt, frame, captured_ms) => {
        if (attempt !== this.socket) throw new Error('a frame for a socket that is not open');
        this.receive(frame.slice(), captured_ms);
      },
      close: (attempt) => {
        if (attempt === this.socket) this.socket = 0;
      },
      play: (samples) => {
        this.queue.push(samples.slice());
        this.queued += samples.length;
      },
      flush: () => {
        this.flushes.push(this.now);
        this.queue = [];
        this.queued = 0;
      },
      state: (state, reason) => this.states.push([state, reason]),
      agent: () => undefined,
      level: (microphone, agent) => this.levels.push([microphone, agent]),
    });
    this.voice.start({
      engine: 'socket',
      capture_rate_hz: rate_hz,
      playback_rate_hz: rate_hz,
      push_to_talk,
      muted,
      seed: new Uint8Array(32).fill(7),
    });
  }

  connect(ticket = 'first') {
    this.voice.connect('wss://shop.example/shopbell/v1/voice', ticket, this.now);
  }

  receive(frame, captured_ms) {
    const view = new DataView(frame.buffer);
    const one = { kind: frame[0], at_ms: this.now, captured_ms, on: frame[1] === 1, stream: frame[1] };
    if (one.kind === kinds.hello) {
      one.ticket = String.fromCharCode(...frame.subarray(4, 4 + frame[3]));
      one.sequence = view.getUint32(4 + frame[3], true);
      one.muted = frame[8 + frame[3]] === 1;
    } else if (one.kind === kinds.audio) {
      one.flags = frame[2];
      one.sequence = view.getUint32(4, true);
      one.timestamp = view.getUint32(8, true);
      one.packet = frame.subarray(12);
      this.next_sequence = one.sequence + 1;
    } else if ([kinds.speech, kinds.interrupt, kinds.playout].includes(one.kind)) {
      one.timestamp = view.getUint32(2, true);
    }
    this.sent.push(one);
    if (one.kind === kinds.hello) this.welcome();
  }

  of(kind) {
    return this.sent.filter((one) => one.kind === kind);
  }

  tell(...bytes) {
    if (this.socket) this.voice.socket_frame(this.socket, Uint8Array.from(bytes), this.now);
  }

  welcome() {
    const resumed = this.next_sequence ? 1 : 0;
    this.tell(kinds.welcome, 1, resumed, ...u16(15_000), ...u32(this.next_sequence), 4, ...text('next'));
  }

  /** The agent's utterance `stream`, 48 kHz, `lead_ms` ahead of real time. */
  say(stream, sound, lead_ms = 100) {
    Object.assign(this.agent, { stream, sound, from_ms: this.now - lead_ms, at: 0, timestamp: 0 });
  }

  agent_frame() {
    const { agent } = this;
    const packet = this.codec.encode(agent.sound.subarray(agent.at, agent.at + 960));
    const frame = [
      ...[kinds.agent_audio, agent.stream, 0, 0],
      ...[...u32(agent.sequence), ...u32(agent.timestamp), ...packet],
    ];
    agent.at += 960;
    agent.sequence += 1;
    agent.timestamp += 960;
    return frame;
  }

  speak() {
    const { agent } = this;
    while (agent.sound && agent.from_ms + agent.at / 48 <= this.now) {
      const frame = this.agent_frame();
      if (!this.lose()) this.tell(...frame);
      if (agent.at + 960 <= agent.sound.length) continue;
      this.tell(kinds.end, agent.stream, ...u32(agent.timestamp));
      agent.sound = undefined;
    }
  }

  /** `microphone` at the call's rate, then silence; in blocks of 10 ms. */
  run(ms, microphone = new Float32Array()) {
    const block = this.rate_hz / 100;
    for (let at = 0; at < ms / 10; at += 1) {
      const captured_ms = this.now;
      this.now += 10;
      this.speak();
      const pcm = new Float32Array(block);
      pcm.set(microphone.subarray(at * block, (at + 1) * block));
      this.voice.buffered(0);
      this.voice.captured(Array(this.channels).fill(pcm), captured_ms, this.now);
      this.play(block);
      this.voice.played(this.queued, this.taken, this.now);
      if (this.now >= this.voice.deadline()) this.voice.tick(this.now);
    }
  }

  play(samples) {
    const out = new Float32Array(samples);
    for (let at = 0; at < samples && this.queue.length;) {
      const chunk = this.queue[0];
      const count = Math.min(chunk.length, samples - at);
      out.set(chunk.subarray(0, count), at);
      at += count;
      this.taken += count;
      this.queued -= count;
      if (count === chunk.length) this.queue.shift();
      else this.queue[0] = chunk.subarray(count);
    }
    this.heard.push(out);
  }

  lose_socket(code = 1006) {
    const { socket } = this;
    this.socket = 0;
    this.voice.socket_closed(socket, code, this.now);
  }

  heard_sound() {
    return joined(...this.heard);
  }

  /** What the server heard: the packets by their timestamps, silence between them. */
  decoded() {
    const packets = this.of(kinds.audio);
    const last = packets[packets.length - 1];
    const out = new Float32Array((last?.timestamp ?? 0) + 960);
    for (const one of packets) out.set(this.codec.decode(one.packet), one.timestamp);
    return out;
  }

  count(name) {
    return this.voice.stat(counter[name]);
  }
}

export const u16 = (n) => [n & 255, n >> 8];
export const u32 = (n) => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24];
export const text = (string) => [...Buffer.from(string)];
