// A call over the back end's own connection, as the session's thread makes it: driver, hand loader and voice.wasm. The page, the devices
// and the back end are made of messages and samples; time is stepped by 10 ms.
import assert from 'node:assert/strict';
import test from 'node:test';
import { wav_bytes } from '../rig/sound/wav.mjs';
import { import_typescript } from './bundle.mjs';
import { builds, counter, joined, likeness, silence, voice } from './voice_call.mjs';

const { Driver } = await import_typescript(`export { Driver } from './shim/voice/driver';`);

const states = { listening: 0, speaking: 2 };
const piece_samples_max = 1_280;

class StreamCall {
  now = 1000;
  wake_ms = Infinity;
  told = [];
  queue = [];
  queued = 0;
  taken = 0;
  heard = [];
  flushes = [];

  constructor({ module = builds.simd, rate_hz = 48_000, push_to_talk = false } = {}) {
    this.rate_hz = rate_hz;
    const settings = { capture_rate_hz: rate_hz, playback_rate_hz: rate_hz, push_to_talk, muted: false };
    this.driver = new Driver(
      { module, engine: 'frames', seed: new Uint8Array(32), ...settings },
      {
        now_ms: () => this.now,
        tell: (message) => this.told.push({ at_ms: this.now, ...message }),
        play: (samples) => {
          this.queue.push(samples.slice());
          this.queued += samples.length;
        },
        flush: () => {
          this.flushes.push(this.now);
          this.queue = [];
          this.queued = 0;
        },
        buffered_bytes: () => 0,
        wake_at: (at_ms) => (this.wake_ms = at_ms),
      },
    );
  }

  /** `microphone`, then silence. */
  run(ms, microphone = new Float32Array()) {
    const block = this.rate_hz / 100;
    for (let at = 0; at < ms / 10; at += 1) {
      this.now += 10;
      const pcm = new Float32Array(block);
      pcm.set(microphone.subarray(at * block, (at + 1) * block));
      this.driver.captured([pcm, pcm], this.now);
      this.play(block);
      this.driver.played(this.queued, this.taken);
      if (this.now >= this.wake_ms) this.driver.tick();
    }
  }

  play(samples) {
    const out = new Float32Array(samples);
    for (let at = 0; at < samples && this.queue.length;) {
      const [chunk] = this.queue;
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

  hear(bytes) {
    this.driver.hear({ is: 'sound', bytes });
  }

  of = (is) => this.told.filter((message) => message.is === is);

  /** What was said, by talk spurts; the last one may go on. */
  spurts() {
    const all = [];
    let goes_on = false;
    for (const { bytes, at_ms } of this.of('said')) {
      const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
      assert.ok(samples.length <= piece_samples_max);
      if (!goes_on) all.push({ pieces: [], began_ms: at_ms });
      goes_on = samples.length > 0;
      if (goes_on) all.at(-1).pieces.push(Float32Array.from(samples, (value) => value / 32_767));
      else all.at(-1).ended_ms = at_ms;
    }
    return all.map((spurt) => ({ ...spurt, sound: joined(...spurt.pieces) }));
  }

  activities = () => this.of('activity').map(({ state }) => state);
  /** The driver has its module to itself; tests count with it. */
  module = () => this.driver.session;
}

for (const [name, module] of Object.entries(builds)) {
  for (const rate_hz of name === 'simd' ? [16_000, 44_100, 48_000, 96_000] : [44_100]) {
    test(`said and heard, ${name} build, devices at ${rate_hz} Hz`, () => {
      const call = new StreamCall({ module, rate_hz });
      const { memory } = call.module().exports;
      const bytes = memory.buffer.byteLength;
      const question = voice(rate_hz, 1500, 120, 0.3, 3);
      call.run(3500, joined(silence(rate_hz, 500), question));
      const [spurt, ...more] = call.spurts();
      assert.deepEqual(more, []);
      assert.ok(likeness(question, rate_hz, spurt.sound, 16_000) > 0.95, 'the question goes up');
      // Said after half a second's silence that may be a pause of thought.
      assert.ok(spurt.ended_ms <= 1000 + 500 + 1500 + 500 + 500, `it has ended: ${spurt.ended_ms}`);

      const answer = voice(24_000, 20_000, 180, 0.3, 4);
      call.heard = [];
      call.hear(new Uint8Array(wav_bytes({ rate_hz: 24_000, samples: answer })));
      call.run(20_500);
      assert.ok(likeness(answer, 24_000, joined(...call.heard), rate_hz) > 0.97, 'the answer is heard');
      assert.ok(Math.abs((call.taken * 1000) / rate_hz - 20_000) < 5, 'to its end');
      assert.deepEqual(call.activities(), [states.speaking, states.listening]);
      assert.equal(memory.buffer.byteLength, bytes, 'the memory has not grown');
      assert.ok(call.of('level').length > 10);
      assert.deepEqual([call.of('news'), call.of('flows').length], [[], 1]);
    });
  }
}

test('speech silences the agent at once, and the rest of his sounds is let go', () => {
  const call = new StreamCall();
  const sound = new Uint8Array(wav_bytes({ rate_hz: 24_000, samples: voice(24_000, 10_000, 200) }));
  call.run(200);
  call.hear(sound);
  call.hear(sound);
  call.run(1000);
  const began_ms = call.now;
  call.run(1500, voice(48_000, 500, 110, 0.4));
  const [{ began_ms: told_ms }] = call.spurts();
  assert.deepEqual(call.flushes, [told_ms]);
  assert.ok(told_ms - began_ms <= 100, `${told_ms - began_ms} ms after the shopper began`);
  assert.equal(call.module().stat(counter.interrupts), 1);
  assert.deepEqual(call.activities(), [states.speaking, states.listening]);
  assert.equal(call.queued, 0);
  const answer = voice(16_000, 800, 180, 0.3, 6);
  call.heard = [];
  call.hear(new Uint8Array(wav_bytes({ rate_hz: 16_000, samples: answer })));
  call.run(1500);
  assert.ok(likeness(answer, 16_000, joined(...call.heard), 48_000) > 0.97, 'the next one is heard');
  assert.ok(Math.abs(call.taken / 48 - (told_ms - began_ms) - 1800) < 150, 'and nothing else');
});

test('an empty sound is silence, and what is no WAV file is passed over', () => {
  const call = new StreamCall();
  const sound = new Uint8Array(wav_bytes({ rate_hz: 24_000, samples: voice(24_000, 5000, 200) }));
  call.run(200);
  call.hear(sound);
  call.run(300);
  call.hear(new Uint8Array());
  assert.deepEqual(call.flushes, [call.now]);
  assert.deepEqual(call.activities(), [states.speaking, states.listening]);
  call.hear(new Uint8Array(50_000).fill(97));
  call.hear(new Uint8Array(wav_bytes({ rate_hz: 24_000, samples: voice(24_000, 300) })));
  assert.equal(call.module().stat(counter.unreadable), 1);
  call.run(1000);
  assert.deepEqual(call.activities().slice(2), [states.speaking, states.listening]);
});

test('push-to-talk: what is said while the button is held, and its end', () => {
  const call = new StreamCall({ push_to_talk: true });
  call.run(500, voice(48_000, 500));
  call.driver.hear({ is: 'push', down: true });
  call.run(1000, voice(48_000, 1000));
  call.driver.hear({ is: 'push', down: false });
  call.run(500, voice(48_000, 500));
  const [spurt, ...more] = call.spurts();
  assert.deepEqual(more, []);
  assert.equal(spurt.ended_ms, 2500);
  assert.ok(Math.abs(spurt.sound.length / 16 - 1000) <= 20, `${spurt.sound.length / 16} ms`);
});

test('leaving is told, and needs no goodbye', () => {
  const call = new StreamCall();
  call.run(100);
  call.driver.hear({ is: 'leave' });
  assert.equal(call.of('left').length, 1);
});
