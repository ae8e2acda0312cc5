// Calls from end to end in node: the gateway with both sockets, codec workers, assistant, espeak-ng and the test recogniser are real; the
// page is this test.
import assert from 'node:assert/strict';
import test from 'node:test';
import { speakable } from '../../tools/gateway/voice/speakable.mjs';
import { gatewayFor } from '../gateway/helpers.mjs';
import { audioFrame, call as openCall, join, newId } from '../gateway/socket_client.mjs';
import { start_recogniser } from '../rig/sound/recogniser.mjs';
import {
  heard_of,
  module_file,
  needs_speech,
  packets_of,
  pause,
  sound_of,
  understood,
  until,
} from './parts.mjs';

const greeting = 'Hello, welcome to the shop.';
const where = 'Where is your shop?';
const open = 'When are you open on Sunday?';
const kinds = { audio: 0x82, agent: 0x83, flush: 0x84, end: 0x85 };
const states = ['listening', 'thinking', 'speaking'];

async function shop(t, options = {}) {
  const recogniser = await start_recogniser({ candidates: [where, open, 'What is the cheapest phone?'] });
  t.after(recogniser.close);
  const lines = [];
  const logStream = { write: (line) => lines.push(JSON.parse(line)) };
  const gateway = await gatewayFor(t, {
    ...{ sttBaseUrl: recogniser.url, voiceModule: module_file, voiceGreeting: greeting },
    ...{ logLevel: 'info', logStream, ...options },
  });
  return { gateway, lines };
}

/** The page's half of a call over a real voice socket. */
class Page {
  #sequence = 0;
  #timestamp_48k = 48_000;

  static async call(t, gateway, text, hello) {
    const client = await openCall(t, text.welcome.voice, hello);
    return new Page(client);
  }

  constructor(client) {
    this.client = client;
  }

  #send(...parts) {
    this.client.send(
      Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : part))),
    );
  }

  static #u32(value) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value >>> 0);
    return bytes;
  }

  async say(text) {
    this.#send(0x03, 1, Page.#u32(this.#timestamp_48k));
    for (const payload of packets_of(sound_of(text))) {
      this.#sequence += 1;
      const timestamp = this.#timestamp_48k;
      this.client.send(audioFrame(this.#sequence, { timestamp, payload: Buffer.from(payload) }));
      this.#timestamp_48k += 960;
      if (this.#sequence % 20 === 0) await pause(5);
    }
    this.off_ms = performance.now();
    this.#send(0x03, 0, Page.#u32(this.#timestamp_48k));
  }

  interrupt(stream, heard_48k) {
    this.#send(0x04, stream, Page.#u32(heard_48k));
  }

  playout(stream, heard_48k) {
    this.#send(0x05, stream, Page.#u32(heard_48k));
  }

  mute(on) {
    this.#send(0x06, on ? 1 : 0);
  }

  bye() {
    this.#send(0x08);
  }

  get audio() {
    return this.client.all(kinds.audio).map(({ bytes }) => ({
      ...{ stream: bytes[1], flags: bytes[2], sequence: bytes.readUInt32LE(4) },
      ...{ timestamp_48k: bytes.readUInt32LE(8), payload: bytes.subarray(12) },
    }));
  }

  stream(number) {
    return this.audio.filter(({ stream }) => stream === number);
  }

  get states() {
    return this.client.all(kinds.agent).map(({ bytes }) => states[bytes[1]]);
  }

  ended(stream) {
    return this.client.frame(({ kind, bytes }) => kind === kinds.end && bytes[1] === stream, 40_000);
  }
}

const spoken = (text) => speakable(text.replace(/\n/g, ' '));

test('greeting, question, answer, all by voice; then typed, answered aloud', needs_speech, async (t) => {
  const { gateway, lines } = await shop(t);
  const text = await join(t, gateway);
  const page = await Page.call(t, gateway, text);
  await page.ended(0);
  assert.equal(understood(heard_of(page.stream(0)), [greeting, where, open]), greeting);
  const hello = await text.frame(({ t: type, row }) => type === 'row' && row.who === 'agent');
  assert.equal(hello.row.text, greeting);
  assert.equal(hello.row.voice, true);

  await until(() => page.states.at(-1) === 'listening');
  await page.say(where);
  const caption = await text.of('caption');
  assert.deepEqual([caption.who, caption.text], ['self', where]);
  const asked = await text.frame(({ t: type, row }) => type === 'row' && row.who === 'self');
  assert.deepEqual([asked.row.id, asked.row.text, asked.row.voice], [caption.id, where, true]);
  const done = await text.done(caption.id);
  assert.match(done.text, /12 Lampmaker Lane/);
  await page.ended(1);
  const answer = spoken(done.text);
  assert.equal(understood(heard_of(page.stream(1)), [answer, greeting, where, open]), answer);
  page.audio.forEach(({ sequence }, n) => assert.equal(sequence, n + 1));
  await until(() => page.states.at(-1) === 'listening');
  const order = page.states.filter((state, n, all) => state !== all[n - 1]);
  assert.deepEqual(order.slice(-4), ['listening', 'thinking', 'speaking', 'listening']);

  const id = newId();
  text.send({ t: 'say', id, text: 'thanks a lot' });
  const typed = await text.done(id);
  await page.ended(2);
  const said = spoken(typed.text);
  assert.equal(understood(heard_of(page.stream(2)), [said, answer, greeting]), said);

  page.bye();
  await until(() => gateway.calls.some(({ what }) => what === 'call left'));
  const status = await (await fetch(`${gateway.url}/status`)).json();
  assert.equal(status.voice.voice, 'espeak-ng');
  assert.equal(status.voice.counters.answers, 1);
  assert.equal(status.voice.counters.calls_open, 0);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  assert.match(metrics, /stt_audio_s[a-z_]*(\{.*\})? [1-9.]/);
  // What was said is private; no log line holds it.
  const log = JSON.stringify(lines);
  for (const words of [greeting, where, 'Lampmaker']) assert.ok(!log.includes(words), words);
});

test('an interruption: silence, and the conversation remembers what was heard', needs_speech, async (t) => {
  const { gateway } = await shop(t, { voiceGreeting: '-' });
  const text = await join(t, gateway);
  const page = await Page.call(t, gateway, text);
  await page.say(open);
  await until(() => page.stream(0).length > 70);
  page.interrupt(0, 48_000);
  await page.client.of(kinds.flush);
  const frames = page.audio.length;
  await pause(400);
  assert.equal(page.audio.length, frames);
  const { id } = await text.of('caption');
  const cut = await text.frame(({ t: type, row }) => type === 'row' && row.id === `${id}.reply`);
  assert.match(cut.row.text, /^\w.*…$/);
  assert.equal(cut.row.state, 'stopped');
  assert.ok(cut.row.text.length < 40, cut.row.text);
  // Who comes later reads the same.
  const { session, secret } = text.welcome;
  const later = await join(t, gateway, { hello: { session, secret } });
  const row = later.welcome.history.find((one) => one.id === `${id}.reply`);
  assert.deepEqual([row.text, row.state], [cut.row.text, 'stopped']);
});

test('a lost socket parks the call; it goes on where the page was', needs_speech, async (t) => {
  const { gateway } = await shop(t, { voiceGreeting: '-' });
  const text = await join(t, gateway);
  const page = await Page.call(t, gateway, text);
  await page.say(where);
  await until(() => page.stream(0).length > 60);
  page.playout(0, 24_000);
  await pause(50);
  page.client.cut();
  await until(() => gateway.calls.some(({ what }) => what === 'call parked'));
  const before = page.stream(0);
  await pause(300);
  const offer = { url: text.welcome.voice.url, ticket: page.client.welcome.ticket };
  // The page still has what it got, but the last three.
  const next = before.at(-1).sequence - 2;
  const again = new Page(await openCall(t, offer, { next }));
  assert.equal(again.client.welcome.resumed, true);
  await again.ended(0);
  const [first] = again.stream(0);
  assert.equal(first.timestamp_48k, 24_000);
  assert.equal(first.sequence, next, 'without a hole in the numbers');
  const { id } = await text.of('caption');
  const answer = spoken((await text.done(id)).text);
  const both = [...before, ...again.stream(0)];
  assert.equal(understood(heard_of(both), [answer, where, open]), answer);
  assert.equal(gateway.calls.filter(({ what }) => what === 'call joined').length, 1);
  assert.ok(gateway.calls.some(({ what }) => what === 'call resumed'));
});
