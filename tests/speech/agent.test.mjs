// The call agent: who speaks when. The page is played by the test; codec workers, espeak-ng and the test recogniser are real.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PaceClock, Pacer } from '../../tools/gateway/voice/pacer.mjs';
import { Utterance } from '../../tools/gateway/voice/utterance.mjs';
import { silence } from '../rig/sound/dsp.mjs';
import { start_recogniser } from '../rig/sound/recogniser.mjs';
import {
  agents_for,
  heard_of,
  needs_speech,
  pause,
  sound_of,
  TestCall,
  understood,
  until,
  writes,
} from './parts.mjs';

const greeting = 'Hello, welcome to the shop.';
const question = 'Do you have waterproof speakers?';
const other_question = 'What is the cheapest phone?';
const questions = [question, other_question, 'Where is your shop?', 'Do you have waterproof headphones?'];
const answer = 'Yes, we have two of them. The small one costs forty dollars. The large one is out of stock.';
const sentences = answer.split(/(?<=\.) /);

async function talking(t, { reply = answer, answers = writes(reply), recogniser = {}, ...options } = {}) {
  const server = await start_recogniser({ candidates: questions, ...recogniser });
  t.after(server.close);
  const parts = await agents_for(t, { sttBaseUrl: server.url, voiceGreeting: '-', ...options });
  const call = new TestCall({ agents: parts.agents, answer: answers });
  t.after(() => clearInterval(call.player));
  return { call, server, ...parts };
}

test('greets, in writing and aloud, no faster than speech and a little ahead', needs_speech, async (t) => {
  const { call } = await talking(t, { voiceGreeting: greeting });
  await call.said(1);
  assert.deepEqual(
    call.rows.map(({ who, text }) => [who, text]),
    [['agent', greeting]],
  );
  assert.equal(understood(heard_of(call.stream(0)), [greeting, answer, ...questions]), greeting);
  assert.deepEqual(call.states, ['thinking', 'speaking', 'listening']);

  const frames = call.stream(0);
  const [first] = frames;
  frames.forEach((frame, n) => assert.equal(frame.timestamp_48k, n * 960));
  assert.deepEqual(frames.map(({ flags }) => flags).filter(Boolean), [1]);
  const aheads = frames.map(({ timestamp_48k, at_ms }) => timestamp_48k / 48 - (at_ms - first.at_ms));
  assert.ok(Math.max(...aheads) <= 361, `at most ${Math.max(...aheads)} ms ahead`);
  assert.deepEqual(call.of('end'), [{ stream: 0, end_48k: frames.length * 960 }]);
});

test('the pace: never dry, never more than the lead ahead, from any place on', async () => {
  for (const from_48k of [0, 48_000 + 5]) {
    const utterance = new Utterance(7);
    utterance.packets = Array.from({ length: 100 }, () => new Uint8Array(3));
    utterance.soundIsComplete = true;
    const sent = [];
    let end_48k;
    await new Promise((resolve) =>
      new Pacer(utterance, {
        ...{ clock: new PaceClock(), aheadMs: 360, from48k: from_48k, onPlayed: resolve },
        send: (frame) => sent.push({ ...frame, at_ms: performance.now() }),
        sendEnd: (end) => (end_48k = end),
      }).start(),
    );
    const first = Math.floor(from_48k / 960);
    assert.deepEqual(
      sent.map(({ timestamp_48k }) => timestamp_48k),
      Array.from({ length: 100 - first }, (_, n) => (first + n) * 960),
    );
    const aheads = sent.map(
      ({ timestamp_48k, at_ms }) => (timestamp_48k - sent[0].timestamp_48k) / 48 - (at_ms - sent[0].at_ms),
    );
    assert.ok(Math.max(...aheads) <= 361, `at most ${Math.max(...aheads)} ms ahead`);
    assert.ok(Math.min(...aheads) >= 0, `at least ${Math.min(...aheads)} ms ahead`);
    assert.ok(Math.max(...aheads.slice(18)) > 200, 'the lead is kept');
    assert.equal(end_48k, 96_000);
  }
});

test(
  'hears a question, asks the assistant, and speaks its answer while it is written',
  needs_speech,
  async (t) => {
    const { call, counters } = await talking(t, { answers: writes(answer, { pace_ms: 60 }) });
    await call.say(sound_of(question));
    const { off_ms } = call;
    await call.said(1);
    assert.deepEqual(
      call.of('caption').map(({ who, text }) => [who, text]),
      [['self', question]],
    );
    assert.deepEqual(
      call.answers.map(({ text }) => text),
      [question],
    );
    assert.deepEqual(call.states, ['listening', 'thinking', 'speaking', 'listening']);
    const heard = heard_of(call.stream(0));
    assert.equal(understood(heard, [answer, ...sentences, ...questions]), answer);
    // The answer takes a second to be written; its first sentence is not held back by that.
    const reply_ms = call.frames[0].at_ms - off_ms;
    const asked_ms = call.answers[0].at_ms - off_ms;
    t.diagnostic(`speech end to words ${asked_ms.toFixed(0)} ms, to first frame ${reply_ms.toFixed(0)} ms`);
    assert.ok(call.frames[0].at_ms < call.answers[0].at_ms + 60 * 17, 'spoken while written');
    const { stt_requests, answers, audio_in_s, tts_requests } = counters();
    assert.deepEqual(
      { stt_requests, answers, tts_requests },
      { stt_requests: 1, answers: 1, tts_requests: 3 },
    );
    assert.ok(audio_in_s > 1);
  },
);

test('an interruption: silence at once, and the row keeps what was heard', needs_speech, async (t) => {
  const long = `${answer} ${'There is more to tell about every one of them, and it goes on for long. '.repeat(12)}`;
  const { call, counters } = await talking(t, { answers: writes(long, { pace_ms: 15 }) });
  await call.say(sound_of(question));
  await until(() => call.played_48k(0) > 48_000 * 2.2);
  const heard_48k = call.played_48k(0);
  call.agent.interrupted(0, heard_48k);
  const frames = call.frames.length;
  const { tts_requests } = counters();
  assert.deepEqual(call.of('flush'), [{ stream: 0 }]);
  assert.equal(call.states.at(-1), 'listening');
  assert.ok(call.answers[0].options.signal.aborted, 'the assistant need not go on');
  await pause(500);
  assert.equal(call.frames.length, frames, 'nothing more is sent');
  assert.equal(counters().tts_requests, tts_requests, 'nothing more is made');
  assert.ok(tts_requests < 12, 'no more was made than an interruption may throw away');
  const [row] = call.rows;
  assert.equal(row.id, `${call.answers[0].options.id}.reply`);
  assert.match(row.text, /^Yes, we have two of them\. The.*…$/);
  assert.ok(row.text.length < sentences[0].length + sentences[1].length, row.text);
  assert.equal(counters().interruptions, 1);
  // Late news about the old stream does nothing; the talk goes on.
  call.agent.interrupted(0, heard_48k);
  call.agent.playout(0, heard_48k);
  await call.say(sound_of(other_question));
  await until(() => call.answers.length === 2);
  assert.equal(call.answers[1].text, other_question);
  await until(() => call.stream(1).length > 10);
});

test('parked: neither asks nor speaks; back: goes on from what was heard', needs_speech, async (t) => {
  const { call, counters } = await talking(t);
  await call.say(sound_of(question));
  await until(() => call.played_48k(0) > 48_000);
  call.gone = true;
  const heard_48k = Math.floor(call.played_48k(0) / 2 / 960) * 960 + 100;
  // The page's last report; the clock knows better, but only the page knows what it played.
  clearInterval(call.player);
  const before = counters();
  const reported = call.log.length;
  call.agent.park();
  const frames = call.frames.length;
  await pause(400);
  assert.equal(call.frames.length, frames);
  assert.equal(counters().tts_requests, before.tts_requests);
  assert.equal(call.log.length, reported, 'the page is told nothing');
  assert.ok(heard_48k > 0);
  call.agent.resume();
  const again = call.frames[frames];
  assert.equal(again.stream, 0);
  assert.equal(again.flags, 1);
  assert.ok(
    again.timestamp_48k <= call.frames[frames - 1].timestamp_48k,
    'from before the last that was sent',
  );
  assert.ok(
    again.timestamp_48k >= 960 * 25,
    `from what was heard, not from the beginning: ${again.timestamp_48k}`,
  );
  await call.said(1);
  assert.equal(understood(heard_of(call.stream(0)), [answer, ...sentences]), answer);
  assert.deepEqual(call.states.slice(-2), ['speaking', 'listening']);
});

// Those above measure time. Most of the others' time is waiting for speech to be over, so several run at once.
describe('the call agent', { concurrency: 4 }, () => {
  test(
    'words that arrive while it speaks interrupt it, even if the page missed that',
    needs_speech,
    async (t) => {
      const { call } = await talking(t);
      await call.say(sound_of(question));
      await until(() => call.stream(0).length > 20);
      await call.say(sound_of(other_question));
      await until(() => call.answers.length === 2);
      assert.deepEqual(call.of('flush'), [{ stream: 0 }]);
      await call.said(1);
      assert.equal(understood(heard_of(call.stream(1)), [answer, ...sentences]), answer);
      assert.match(call.rows[0].text, /…$/);
    },
  );

  test('a pause is no end, and no sound is sent twice for it', needs_speech, async (t) => {
    const slow = { behave: async () => (await pause(300), false) };
    const { call, server, counters } = await talking(t, { recogniser: slow });
    await call.say(sound_of(question));
    await until(() => counters().stt_requests === 1);
    await call.say(sound_of(other_question));
    await until(() => call.answers.length === 1);
    assert.equal(call.answers[0].text, `${question} ${other_question}`);
    assert.deepEqual(
      server.heard.map(({ text }) => text),
      [question, other_question],
    );
    await call.said(1);
    assert.equal(call.answers.length, 1);
  });

  test('nothing begins to sound while the shopper speaks', needs_speech, async (t) => {
    const { call, counters } = await talking(t, { answers: writes(answer, { first_ms: 300 }) });
    await call.say(sound_of(question));
    await until(() => call.answers.length === 1);
    call.agent.speech(true, 1);
    await until(() => counters().tts_audio_s > 0);
    await pause(500);
    assert.equal(call.frames.length, 0);
    call.agent.muted(true); // ends the turn: it was a cough
    await call.said(1);
    assert.equal(call.answers.length, 1);
  });

  test('parked while a sentence is being made: it is made again, without a seam', needs_speech, async (t) => {
    const { call, counters } = await talking(t);
    await call.say(sound_of(question));
    await until(() => counters().tts_requests === 1);
    call.agent.park();
    await pause(200);
    const { tts_requests } = counters();
    await pause(200);
    assert.equal(counters().tts_requests, tts_requests);
    call.agent.resume();
    await call.said(1);
    assert.equal(understood(heard_of(call.stream(0)), [answer, ...sentences]), answer);
  });

  test(
    'parked while words are awaited: they are there when the call is back, and were asked for once',
    needs_speech,
    async (t) => {
      const slow = { behave: async ({ n }) => (await pause(n === 1 ? 400 : 0), false) };
      const { call, counters } = await talking(t, { recogniser: slow });
      await call.say(sound_of(question));
      await until(() => counters().stt_requests === 1);
      call.agent.park();
      await pause(600);
      assert.equal(call.answers.length, 0);
      call.agent.resume();
      await until(() => call.answers.length === 1);
      assert.equal(call.answers[0].text, question);
      assert.equal(counters().stt_requests, 1);
      await call.said(1);
    },
  );

  test(
    'a call that ends while parked, speaking or listening leaves nothing behind',
    needs_speech,
    async (t) => {
      const { call, agents, counters } = await talking(t, { voiceGreeting: greeting });
      await until(() => call.frames.length > 5);
      call.agent.close();
      const frames = call.frames.length;
      const second = new TestCall({ agents, answer: writes(answer) });
      t.after(() => clearInterval(second.player));
      second.agent.park();
      second.agent.close();
      for (const late of ['park', 'resume', 'close']) second.agent[late]();
      second.agent.speech(true, 5);
      second.agent.interrupted(0, 5);
      second.agent.playout(3, 5);
      await pause(200);
      assert.equal(call.frames.length, frames);
      assert.equal(counters().calls_open, 0);
      assert.equal(counters().calls_parked, 0);
      assert.equal(counters().calls_opened, 2);
    },
  );

  async function* typed_reply(text, pace_ms = 5) {
    for (const word of text.split(/(?<=\s)/)) {
      yield word;
      await pause(pace_ms);
    }
  }

  test('the answer to a typed message is spoken, and its row is left whole', needs_speech, async (t) => {
    const { call } = await talking(t);
    call.agent.typed({ id: 'm1', text: 'x', reply: typed_reply(answer) });
    await until(() => call.stream(0).length > 40);
    // A second one takes the first one's place.
    call.agent.typed({ id: 'm2', text: 'y', reply: typed_reply(sentences[1]) });
    await call.said(1);
    assert.deepEqual(call.of('flush'), [{ stream: 0 }]);
    assert.equal(understood(heard_of(call.stream(1)), [answer, ...sentences]), sentences[1]);
    assert.deepEqual(call.rows, []);
  });

  test('without a recogniser it says so once, and answers typed messages aloud', needs_speech, async (t) => {
    const { agents, counters } = await agents_for(t, { voiceGreeting: greeting });
    assert.equal(agents.describe().recogniser, 'none');
    const call = new TestCall({ agents });
    t.after(() => clearInterval(call.player));
    await call.said(2);
    assert.equal(call.rows.length, 2);
    assert.match(call.rows[1].text, /cannot hear you.*type/);
    await call.say(sound_of(question));
    call.agent.typed({ id: 'm1', text: 'x', reply: typed_reply(sentences[1]) });
    await call.said(3);
    assert.equal(understood(heard_of(call.stream(2)), [answer, ...sentences]), sentences[1]);
    assert.equal(call.rows.length, 2);
    assert.deepEqual(call.of('caption'), []);
    assert.equal(counters().stt_requests, 0);
  });

  test('noise is no turn; after two of them it asks again', needs_speech, async (t) => {
    const { call } = await talking(t);
    const noise = Float32Array.from({ length: 48_000 }, (_, n) => 0.2 * Math.sin(n * n));
    await call.say(noise);
    await until(() => call.states.at(-1) === 'listening' && call.states.length >= 3);
    assert.deepEqual(call.rows, []);
    await call.say(noise);
    await call.said(1);
    assert.match(call.rows[0].text, /did not catch/);
    assert.equal(call.answers.length, 0);
  });

  test(
    'a turn whose end was lost ends by itself; a muted microphone ends it at once',
    needs_speech,
    async (t) => {
      const { call } = await talking(t);
      await call.say(sound_of(question), { marks: ['on'] });
      await call.feed(silence(2.5, 48_000)); // quiet
      await until(() => call.answers.length === 1, 2000);
      assert.equal(call.answers[0].text, question);
      await call.said(1);
      await call.say(sound_of(other_question), { marks: ['on'] });
      await until(() => call.answers.length === 2, 5000); // nothing more comes at all
      assert.equal(call.answers[1].text, other_question);
      await call.said(2);
      await call.say(sound_of(question), { marks: ['on'] });
      call.agent.muted(true);
      await until(() => call.answers.length === 3, 1000);
    },
  );

  test('a page without marks: the detector on the decoded sound decides alone', needs_speech, async (t) => {
    const { call } = await talking(t);
    await call.feed(silence(1, 48_000));
    await call.say(sound_of(question), { marks: [] });
    await call.feed(silence(1, 48_000));
    await until(() => call.answers.length === 1, 3000);
    assert.equal(call.answers[0].text, question);
    await call.said(1);
    await call.feed(silence(1, 48_000));
    assert.equal(call.answers.length, 1);
  });

  test('broken and missing packets are survived and counted', needs_speech, async (t) => {
    const { call, counters } = await talking(t);
    for (const size of [0, 1, 2, 50, 1275])
      call.audio(Uint8Array.from({ length: size }, (_, n) => (n * 89) & 255));
    call.skip(40);
    call.audio(new Uint8Array(5));
    call.skip(3_600_000);
    await call.say(sound_of(question));
    await until(() => call.answers.length === 1);
    assert.equal(call.answers[0].text, question);
    const { packets_bad, packets_lost } = counters();
    assert.ok(packets_bad >= 1, `bad ${packets_bad}`);
    assert.equal(packets_lost, 2);
  });

  test('an assistant that fails is said in plain words, and the talk goes on', needs_speech, async (t) => {
    let asked = 0;
    const answers = async (text, options) => {
      asked += 1;
      if (asked === 1) throw Object.assign(new Error('no'), { code: 'failed' });
      return writes(sentences[0])(text, options);
    };
    const { call } = await talking(t, { answers });
    await call.say(sound_of(question));
    await call.said(1);
    assert.match(call.rows[0].text, /could not get an answer/);
    await call.say(sound_of(question));
    await call.said(2);
    assert.equal(
      understood(heard_of(call.stream(call.streams.at(-1))), [answer, ...sentences]),
      sentences[0],
    );
  });

  test('a codec worker that dies takes no call with it', needs_speech, async (t) => {
    const { call, agents, lines } = await talking(t);
    await call.say(sound_of(question));
    await until(() => call.stream(0).length > 20);
    await agents.pool.threads[0].terminate();
    await call.said(1);
    assert.equal(understood(heard_of(call.stream(0)), [answer, ...sentences]), answer);
    await call.say(sound_of(other_question));
    await until(() => call.answers.length === 2);
    assert.equal(call.answers[1].text, other_question);
    assert.equal(agents.describe().codec_workers, 1);
    assert.deepEqual(
      lines.filter(({ level }) => level === 'error'),
      [],
    );
  });

  test('many calls share a worker, more than one instance of the codec holds', needs_speech, async (t) => {
    const { agents, counters } = await talking(t, { voiceGreeting: 'Hi.' });
    const calls = Array.from({ length: 80 }, () => new TestCall({ agents }));
    t.after(() => calls.forEach((call) => clearInterval(call.player)));
    await Promise.all(calls.map((call) => call.said(1, 40_000)));
    for (const call of calls) assert.ok(call.frames.length > 10);
    assert.equal(counters().calls_open, 81);
    for (const call of calls) call.agent.close();
    assert.equal(counters().calls_open, 1);
  });
});
