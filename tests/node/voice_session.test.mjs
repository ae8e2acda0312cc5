// voice.wasm as pages run it: through the hand loader, headless, over whole calls.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import vm from 'node:vm';
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import {
  Call,
  builds,
  dice,
  instantiate,
  joined,
  kinds,
  likeness,
  silence,
  states,
  u32,
  voice,
} from './voice_call.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

const bundle = async (format) => {
  const { outputFiles } = await build({
    stdin: { contents: `export { load_voice } from './shim/voice/module';`, resolveDir: root, loader: 'ts' },
    ...{ bundle: true, minify: true, format, globalName: 'bundle', target: 'es2020', write: false },
  });
  return outputFiles[0].text;
};

for (const [name, module] of Object.entries(builds)) {
  for (const [rate_hz, channels] of [
    [16_000, 1],
    [44_100, 2],
    [48_000, 1],
    [96_000, 2],
  ]) {
    test(`a conversation, ${name} build, devices at ${rate_hz} Hz with ${channels} channel(s)`, () => {
      const call = new Call({ module, rate_hz, channels });
      const { memory } = call.voice.exports;
      const bytes = memory.buffer.byteLength;
      call.connect();
      const greeting = voice(48_000, 1500, 200, 0.3, 2);
      call.say(1, greeting);
      call.run(2000);
      assert.ok(likeness(greeting, 48_000, call.heard_sound(), rate_hz) > 0.97, 'the greeting is heard');

      const question = joined(
        silence(rate_hz, 200),
        voice(rate_hz, 1800, 120, 0.3, 3),
        silence(rate_hz, 500),
      );
      const asked_at = (call.of(kinds.audio).at(-1)?.timestamp ?? 0) + 960;
      call.run(2500, question);
      const arrived = call.decoded();
      const from = Math.max(asked_at, Math.round((2000 * 48_000) / 1000) - 960);
      assert.ok(likeness(question, rate_hz, arrived.subarray(from), 48_000) > 0.95, 'the question arrives');
      assert.deepEqual(
        call.of(kinds.speech).map(({ on }) => on),
        [true, false],
      );

      const answer = voice(48_000, 2000, 180, 0.3, 4);
      call.heard = [];
      call.say(2, answer, 400);
      call.run(3000);
      assert.ok(likeness(answer, 48_000, call.heard_sound(), rate_hz) > 0.97, 'the answer is heard');
      assert.ok(likeness(greeting, 48_000, call.heard_sound(), rate_hz) < 0.9, 'and it is not the greeting');

      const audio = call.of(kinds.audio);
      audio.forEach((one, i) => {
        assert.equal(one.sequence, i + 1);
        assert.equal(one.timestamp % 960, 0);
        assert.ok(
          one.at_ms - one.captured_ms <= 32,
          `${one.at_ms - one.captured_ms} ms from microphone to wire`,
        );
      });
      const { stream, timestamp } = call.of(kinds.playout).at(-1);
      assert.deepEqual([stream, timestamp], [2, 96_000], 'played out');
      assert.equal(memory.buffer.byteLength, bytes, 'the memory has not grown');
      assert.equal(call.count('underruns') + call.count('missing') + call.count('forged'), 0);
    });
  }
}

test('a reconnect: by itself, with the next ticket, and no word is lost', () => {
  const call = new Call();
  call.connect();
  const sound = voice(48_000, 4000);
  call.run(1500, sound);
  call.reachable = false;
  call.lose_socket();
  call.run(700, sound.subarray(72_000));
  call.reachable = true;
  call.run(2300, sound.subarray(105_600));
  assert.deepEqual(
    call.of(kinds.hello).map(({ ticket }) => ticket),
    ['first', 'next'],
  );
  assert.deepEqual(
    call.states.map(([state]) => state),
    [states.live, states.reconnecting, states.back],
  );
  call.of(kinds.audio).forEach((one, i) => assert.equal(one.sequence, i + 1));
  assert.ok(likeness(sound, 48_000, call.decoded(), 48_000) > 0.97);
  assert.equal(call.count('reconnects'), 1);
  assert.equal(call.count('unsent'), 0);
});

test('an outage longer than the ticket: a new one is asked for, once, and the call goes on', () => {
  const call = new Call();
  call.connect();
  call.run(100);
  call.reachable = false;
  call.lose_socket();
  call.run(62_000);
  assert.deepEqual(
    call.states.map(([state]) => state),
    [states.live, states.reconnecting, states.needs_ticket],
  );
  call.reachable = true;
  call.connect('fresh');
  assert.equal(call.of(kinds.hello).at(-1).ticket, 'fresh');
  assert.equal(call.states.at(-1)[0], states.back);
});

test('barge-in: silence at once, and the server knows how much was heard', () => {
  const call = new Call();
  call.connect();
  call.say(9, voice(48_000, 8000, 200), 1000);
  call.run(2500, joined(silence(48_000, 2000), voice(48_000, 500, 110, 0.4)));
  const [interrupt, ...more] = call.of(kinds.interrupt);
  assert.equal(more.length, 0);
  assert.equal(interrupt.stream, 9);
  assert.deepEqual(call.flushes, [interrupt.at_ms]);
  const spoke_ms = 3000;
  assert.ok(interrupt.at_ms - spoke_ms <= 100, `${interrupt.at_ms - spoke_ms} ms after the shopper began`);
  assert.ok(
    Math.abs(interrupt.timestamp / 48 - (interrupt.at_ms - 1000)) < 60,
    `${interrupt.timestamp / 48} ms heard`,
  );
  assert.equal(call.queued, 0, 'nothing of it is played any more');
});

test('5 % of the agent’s frames lost: hardly heard, and no time lost', () => {
  const call = new Call();
  call.connect();
  const random = dice(5);
  call.lose = () => random() > 0.9;
  const sound = voice(48_000, 10_000, 180);
  call.say(1, sound, 200);
  call.run(11_000);
  assert.ok(call.count('missing') > 10);
  assert.ok(call.count('recovered') > call.count('missing') / 2, 'most come from the next packet');
  assert.ok(likeness(sound, 48_000, call.heard_sound(), 48_000) > 0.93);
  assert.ok(Math.abs(call.taken / 48 - 10_000) <= 60);
});

test('forged, truncated, replayed, reordered and oversized frames are counted, and the call goes on', () => {
  const call = new Call();
  call.connect();
  call.agent.stream = 1;
  call.agent.sound = voice(48_000, 6000, 180);
  const { sound } = call.agent;
  call.agent.from_ms = Infinity;
  for (let i = 0; i < 150; i += 1) {
    const [first, second] = [call.agent_frame(), call.agent_frame()];
    call.tell(...(i % 2 && i > 1 ? second : first));
    call.tell(...(i % 2 && i > 1 ? first : second));
    if (i % 5 === 0) call.tell(...first);
    if (i % 6 === 0) call.tell(...second.slice(0, 9));
    if (i % 7 === 0) call.tell(...second, ...Array(5000).fill(1));
    if (i % 8 === 0) call.tell(...second.slice(0, 4), ...u32(0x70000000 + i * 100), ...second.slice(8));
    if (i % 9 === 0) call.tell(0xff, 1, 2, 3);
    if (i % 10 === 0) call.tell();
    call.run(40);
  }
  for (const name of ['forged', 'truncated', 'replayed', 'reordered', 'oversized', 'unknown'])
    assert.ok(call.count(name) >= 15, `${name}: ${call.count(name)}`);
  assert.equal(call.count('missing'), 0);
  assert.ok(likeness(sound, 48_000, call.heard_sound(), 48_000) > 0.97);
  assert.deepEqual(call.states, [[states.live, 0]]);
});

test('mute sends nothing, survives a reconnect, and time goes on', () => {
  const call = new Call();
  call.connect();
  call.run(200, voice(48_000, 200));
  call.voice.mute(true, call.now);
  const before = call.of(kinds.audio).length;
  call.run(500, voice(48_000, 500));
  call.lose_socket();
  call.run(500, voice(48_000, 500));
  assert.equal(call.of(kinds.audio).length, before);
  assert.equal(call.of(kinds.hello).at(-1).muted, true);
  call.voice.mute(false, call.now);
  call.run(200, voice(48_000, 200));
  const after = call.of(kinds.audio)[before];
  assert.equal(after.sequence, before + 1);
  assert.ok(Math.abs(after.timestamp - 1200 * 48) <= 960);
});

test('the loader runs where nothing of the page is, and is small', async () => {
  const script = await bundle('iife');
  const bytes = brotliCompressSync(Buffer.from(script)).length;
  assert.ok(bytes < 1500, `${bytes} bytes`);
  const context = vm.createContext(Object.create(null));
  vm.runInContext(
    'delete globalThis.console; delete globalThis.URL; delete globalThis.performance;',
    context,
  );
  const there = vm.runInContext(
    `['URL','TextDecoder','TextEncoder','fetch','performance','setTimeout','console'].filter((name) => name in globalThis).join()`,
    context,
  );
  assert.equal(there, '');
  vm.runInContext(script, context);
  context.module_bytes = readFileSync(`${root}dist/dev/voice.wasm`);
  const opened = vm.runInContext(
    `let opened;
    const voice = bundle.load_voice(new Uint8Array(module_bytes), { open: (attempt, url) => (opened = [attempt, url].join(' ')) });
    voice.start({ engine: 'socket', capture_rate_hz: 48000, playback_rate_hz: 48000, push_to_talk: false, muted: false, seed: new Uint8Array(32) });
    voice.connect('wss://shop.example/voice', 'ticket', 0);
    opened`,
    context,
  );
  assert.equal(opened, '1 wss://shop.example/voice');
});

test('a start that is refused throws; a second start begins anew', () => {
  const call = new Call();
  const settings = {
    ...{ engine: 'socket', capture_rate_hz: 48_000, playback_rate_hz: 48_000 },
    ...{ push_to_talk: false, muted: false },
  };
  const seed = new Uint8Array(32);
  assert.throws(() => call.voice.start({ ...settings, capture_rate_hz: 1, seed }), /refused: 1/);
  call.voice.tick(0);
  assert.equal(call.voice.deadline(), Infinity, 'without a session nothing happens');
  call.voice.start({ ...settings, seed });
  call.connect();
  call.run(100);
  assert.equal(call.states.at(-1)[0], states.live);
});

test('the same packets and the same sound, with WebAssembly and without', () => {
  const through = (module) => {
    const call = new Call({ module, rate_hz: 44_100 });
    call.connect();
    call.say(1, voice(48_000, 500, 200, 0.3, 2));
    call.run(2500, joined(silence(44_100, 600), voice(44_100, 1500, 120, 0.3, 3)));
    const sent = call.of(kinds.audio);
    return {
      sent: sent.map(({ packet, timestamp }) => [timestamp, Buffer.from(packet).toString('hex')]),
      heard: Buffer.from(call.heard_sound().buffer).toString('hex'),
    };
  };
  const expected = through(builds.plain);
  assert.ok(expected.sent.length > 60, `${expected.sent.length} packets`);
  assert.deepEqual(through(builds['plain JavaScript']), expected);
});

test('the module imports nothing', () => {
  for (const module of [builds.simd, builds.plain]) {
    assert.deepEqual(WebAssembly.Module.imports(module), []);
    assert.ok(instantiate(module).voice_in_bytes() > 4096);
  }
});
