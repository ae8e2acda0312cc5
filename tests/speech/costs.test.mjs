// What a call may cost: speech marks without end, the greeting, and what happens when a bound is met. Codec workers and espeak-ng are
// real; the recogniser and the meter are the test's, so that it can count and say when enough is enough.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallMeter } from '../../tools/gateway/costs/call_meter.mjs';
import { KeptVoice } from '../../tools/gateway/voice/kept_voice.mjs';
import { Places } from '../../tools/gateway/voice/places.mjs';
import { notices } from '../../tools/gateway/voice/words.mjs';
import { silence } from '../rig/sound/dsp.mjs';
import { start_recogniser } from '../rig/sound/recogniser.mjs';
import { agents_for, needs_speech, pause, sound_of, TestCall, until, writes } from './parts.mjs';

const question = 'Do you have waterproof speakers?';
const greeting = 'Hello, welcome to the shop.';

async function calling(t, { meter, recogniser = {}, ...options } = {}) {
  const server = await start_recogniser({ candidates: [question], ...recogniser });
  t.after(server.close);
  const parts = await agents_for(t, { sttBaseUrl: server.url, voiceGreeting: '-', ...options });
  const open = (more) => {
    const call = new TestCall({ agents: parts.agents, answer: writes('Yes, two of them.'), meter, ...more });
    t.after(() => (clearInterval(call.player), call.agent.close()));
    return call;
  };
  return { open, server, ...parts };
}

/** A meter of which `amounts` are left. */
function meter_of(amounts) {
  const left = { ...amounts };
  const spending = {
    take: (address, wanted) => {
      if (Object.entries(wanted).some(([what, n]) => n > (left[what] ?? Infinity)))
        return { whose: 'address' };
      for (const [what, n] of Object.entries(wanted)) left[what] -= n;
      return null;
    },
    add: (address, what, n) => (left[what] -= n),
  };
  return Object.assign(new CallMeter({ spending, address: 'a', bounds: {} }), { left });
}

test('speech marks without end: each second of sound is sent once', needs_speech, async (t) => {
  // A recogniser that is slower than the marks come.
  const slow = { behave: async () => (await pause(150), false) };
  const { open, counters } = await calling(t, { recogniser: slow });
  const call = open();
  let said_s = 0;
  for (let n = 0; n < 25; n += 1) {
    await call.say(silence(0.4, 48_000));
    said_s += 0.4;
  }
  await until(() => counters().stt_audio_s >= said_s);
  await pause(500);
  const { stt_audio_s, stt_requests } = counters();
  t.diagnostic(`${said_s} s said, ${stt_audio_s} s sent in ${stt_requests} requests`);
  // A turn begins 300 ms before its mark, with what had not been sent; between joined pieces lies a fifth of a second.
  assert.ok(stt_audio_s < said_s * 1.6, `${stt_audio_s} s of ${said_s} s`);
  assert.ok(stt_requests <= 25);
});

test(
  'past its seconds of recognition a call is told to type, by voice and in writing, and goes on',
  needs_speech,
  async (t) => {
    const meter = meter_of({ recognition_s: 3 });
    const { open, server } = await calling(t, { meter });
    const call = open();
    await call.say(sound_of(question));
    await call.said(1);
    await call.say(sound_of(question));
    await until(() => call.rows.some(({ text }) => text === notices.hearing_used_up));
    await call.said(2);
    assert.ok(call.stream(1).length > 100, 'it is said aloud as well');
    assert.equal(server.heard.length, 1, 'nothing more is sent');
    await call.say(sound_of(question));
    await pause(300);
    assert.equal(
      call.rows.filter(({ text }) => text === notices.hearing_used_up).length,
      1,
      'not every time',
    );
    assert.deepEqual(call.of('hang_up'), []);
    async function* reply() {
      yield 'Typed answers are still spoken.';
    }
    await call.agent.typed({ reply: reply() });
    await call.said(3);
  },
);

test(
  'past its seconds of speech a call is told so once aloud, and answers in writing',
  needs_speech,
  async (t) => {
    const meter = meter_of({ speech_s: 0.1 });
    const { open, counters } = await calling(t, { meter });
    const call = open();
    await call.say(sound_of(question));
    await until(() => call.rows.some(({ text }) => text === notices.speech_used_up));
    await call.said(1);
    assert.equal(call.answers.length, 1, 'the question is answered');
    const { tts_characters } = counters();
    await call.say(sound_of(question));
    await until(() => call.answers.length === 2);
    await pause(300);
    assert.equal(counters().tts_characters, tts_characters, 'nothing more is made');
    assert.deepEqual(call.of('hang_up'), []);
  },
);

test('the greeting of many calls is made once', needs_speech, async (t) => {
  const { open, counters } = await calling(t, { voiceGreeting: greeting });
  const calls = Array.from({ length: 20 }, () => open());
  for (const call of calls.slice(0, 5)) call.agent.close();
  await until(() => calls.slice(5).every((call) => call.of('end').length === 1));
  assert.equal(counters().tts_requests, 1);
  for (const call of calls.slice(6))
    assert.deepEqual(
      call.stream(0).map(({ payload }) => payload.length),
      calls[5].stream(0).map(({ payload }) => payload.length),
      'and is whole in each',
    );
});

test('a greeting that could not be made is made anew for the next call', async () => {
  let asked = 0;
  const voice = {
    async *speak() {
      asked += 1;
      yield Buffer.from('half');
      if (asked === 1) throw new Error('the server is away');
      yield Buffer.from(' and half');
    },
  };
  const kept = new KeptVoice(voice, [greeting]);
  const { signal } = new AbortController();
  const sound = async () => {
    let text = '';
    for await (const piece of kept.speak(greeting, signal)) text += piece;
    return text;
  };
  await assert.rejects(sound(), /away/);
  assert.deepEqual([await sound(), await sound(), asked], ['half and half', 'half and half', 2]);
  await assert.rejects(async () => {
    for await (const piece of kept.speak(greeting, AbortSignal.abort())) assert.fail(piece);
  });
});

test('no address holds more than half of the places, and whoever gives up waiting holds none', async () => {
  const places = new Places(4);
  const { signal } = new AbortController();
  const order = [];
  const take = (who, one = signal) => places.take(who, one).then((leave) => (order.push(who), leave));
  const first = await take('a');
  const second = await take('a');
  void take('a');
  const gone = new AbortController();
  const refused = assert.rejects(take('a', gone.signal));
  gone.abort(new Error('hung up'));
  await refused;
  await take('b');
  const third = await take('c');
  const waiting = take('d');
  await pause(5);
  assert.deepEqual(order, ['a', 'a', 'b', 'c']);
  third();
  await waiting;
  assert.deepEqual(order, ['a', 'a', 'b', 'c', 'd']);
  first();
  first();
  await pause(5);
  assert.deepEqual(order, ['a', 'a', 'b', 'c', 'd', 'a'], 'a place given back twice is one place');
  second();
});
