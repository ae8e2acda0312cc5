// Voices and recognisers: servers of the OpenAI shape, the programs that Debian has, and what a call does when they fail.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { makeConfig } from '../../tools/gateway/settings/config.mjs';
import { makeSpeech } from '../../tools/gateway/voice/speech.mjs';
import { SoundReader } from '../../tools/gateway/voice/wav.mjs';
import { collect_often } from '../rig/collect_often.mjs';
import { start_recogniser } from '../rig/sound/recogniser.mjs';
import { start_speaker } from '../rig/sound/speaker.mjs';
import { speak } from '../rig/sound/speech.mjs';
import { wav_bytes } from '../rig/sound/wav.mjs';
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

const question = 'Do you have waterproof speakers?';
const answer = 'Yes, we have two of them. The small one costs forty dollars.';
const sentences = ['Yes, we have two of them.', 'The small one costs forty dollars.', 'Where is your shop?'];
const quiet_log = { info() {}, warn() {}, error() {}, debug() {} };
const never = new AbortController().signal;

const speech_of = (options) => makeSpeech(makeConfig({ pocketsphinxCommand: '-', ...options }), quiet_log);

/** All that a voice says, as one sound. */
async function sound_by(voice, text, signal = never) {
  const reader = new SoundReader(voice.bareRateHz);
  const pieces = [];
  for await (const bytes of voice.speak(text, signal)) {
    const samples = reader.push(bytes);
    if (samples) pieces.push(Buffer.from(samples));
  }
  const bytes = Buffer.concat(pieces);
  const samples = Float32Array.from(
    { length: bytes.length / 2 },
    (_, n) => bytes.readInt16LE(2 * n) / 32_768,
  );
  return { rate_hz: reader.rateHz, samples };
}

async function speaker(t, options) {
  const server = await start_speaker(options);
  t.after(server.close);
  return server;
}

async function recogniser(t, options) {
  const server = await start_recogniser({ candidates: [question, ...sentences], ...options });
  t.after(server.close);
  return server;
}

function test_call(t, parts, reply = answer) {
  const call = new TestCall({ agents: parts.agents, answer: writes(reply) });
  t.after(() => clearInterval(call.player));
  return call;
}

const breaks =
  (status) =>
  ({ response }) => (response.writeHead(status).end('{}'), true);
const hangs = () => true;
const falls_silent = ({ response }) => (response.writeHead(200).write('half'), true);
// A recogniser that is not asked: without one the agent would say so.
const hears = { sttBaseUrl: 'http://127.0.0.1:9' };

// Most of a test is waiting for speech to be over, so several run at once.
describe('voices and recognisers', { concurrency: 4 }, () => {
  test('a server speaks, as bare samples or as WAV', needs_speech, async (t) => {
    for (const ttsFormat of ['pcm', 'wav']) {
      const server = await speaker(t);
      const { voice } = speech_of({
        ttsBaseUrl: server.url,
        ttsApiKey: 'k',
        ttsModel: 'm',
        ttsVoice: 'v',
        ttsFormat,
      });
      const sound = await sound_by(voice, sentences[0]);
      assert.equal(sound.rate_hz, 24_000);
      assert.equal(understood(sound, sentences), sentences[0]);
      const { model, voice: name, input, response_format, key } = server.requests[0];
      assert.deepEqual(
        { model, name, input, response_format, key },
        { model: 'm', name: 'v', input: sentences[0], response_format: ttsFormat, key: 'Bearer k' },
      );
    }
  });

  test('espeak-ng speaks; a text that looks like an option is text', needs_speech, async () => {
    const { voice } = speech_of({});
    assert.equal(voice.name, 'espeak-ng');
    assert.equal(understood(await sound_by(voice, sentences[1]), sentences), sentences[1]);
    assert.ok((await sound_by(voice, '--version')).samples.length > 8000);
    await Promise.all(Array.from({ length: 12 }, () => sound_by(voice, 'Yes.')));
    const abort = new AbortController();
    const cut = sound_by(voice, answer.repeat(20), abort.signal);
    abort.abort();
    await assert.rejects(cut, { name: 'AbortError' });
    const bad = speech_of({ espeakCommand: '/bin/false' }).voice;
    await assert.rejects(sound_by(bad, 'Yes.'), { code: 'voice_exit_1' });
  });

  test('a server listens; the answer comes from the sound that it was sent', needs_speech, async (t) => {
    const server = await recogniser(t);
    const { ear } = speech_of({ sttBaseUrl: server.url, sttApiKey: 'k', sttModel: 'm', sttLanguage: 'en' });
    for (const text of [question, sentences[1]])
      assert.equal(await ear.recognise(wav_bytes(speak(text, { rate_hz: 16_000 })), never), text);
    const { fields, key } = server.heard[0];
    assert.deepEqual(
      { ...fields, key },
      { model: 'm', language: 'en', response_format: 'json', key: 'Bearer k' },
    );
  });

  test('failures of servers have names and limits', needs_speech, async (t) => {
    collect_often(t);
    const wav = wav_bytes(speak('Yes.', { rate_hz: 16_000 }));
    const cases = [
      [breaks(500), 'ear_status_500', 'voice_status_500'],
      [breaks(401), 'ear_status_401', 'voice_status_401'],
      [hangs, 'ear_too_slow', 'voice_silent'],
      [falls_silent, 'ear_too_slow', 'voice_silent'],
      [({ response }) => (response.writeHead(200).end('no JSON'), true), 'ear_not_json', null],
      [({ response }) => (response.destroy(), true), 'ear_unreachable', 'voice_unreachable'],
    ];
    for (const [behave, ear_code, voice_code] of cases) {
      const limit_ms = voice_code === 'voice_silent' ? 300 : 10_000;
      const limits = { sttTimeoutMs: limit_ms, ttsTimeoutMs: limit_ms };
      const { ear } = speech_of({ ...limits, sttBaseUrl: (await recogniser(t, { behave })).url });
      await assert.rejects(ear.recognise(wav, never), { code: ear_code });
      const { voice } = speech_of({ ...limits, ttsBaseUrl: (await speaker(t, { behave })).url });
      if (voice_code) await assert.rejects(sound_by(voice, 'Yes.'), { code: voice_code });
    }
    const nobody = speech_of({ sttBaseUrl: 'http://127.0.0.1:9', ttsBaseUrl: 'http://127.0.0.1:9' });
    await assert.rejects(nobody.ear.recognise(wav, never), { code: 'ear_unreachable' });
    await assert.rejects(sound_by(nobody.voice, 'Yes.'), { code: 'voice_unreachable' });
  });

  test('a key is only sent to the server that it is for', needs_speech, async (t) => {
    const chat = { openaiModel: 'm', openaiApiKey: 'chat key' };
    const own = await speaker(t);
    const { voice } = speech_of({ ...chat, openaiBaseUrl: 'http://127.0.0.1:9', ttsBaseUrl: own.url });
    await sound_by(voice, 'Yes.');
    assert.equal(own.requests[0].key, undefined);
    const same = await speaker(t);
    await sound_by(speech_of({ ...chat, openaiBaseUrl: same.url }).voice, 'Yes.');
    assert.equal(same.requests[0].key, 'Bearer chat key');
  });

  test(
    'a chat server without audio: what is installed takes over, and without a recogniser it is said',
    needs_speech,
    async (t) => {
      const chat = await speaker(t, { behave: breaks(404) });
      const parts = await agents_for(t, {
        openaiBaseUrl: chat.url,
        openaiModel: 'm',
        voiceGreeting: sentences[0],
      });
      const call = test_call(t, parts);
      await call.said(1);
      assert.equal(understood(heard_of(call.stream(0)), sentences), sentences[0]);
      assert.equal(parts.agents.describe().voice, 'espeak-ng');
      await call.say(sound_of(question));
      await call.said(2);
      assert.match(call.rows.at(-1).text, /cannot hear you/);
      assert.equal(parts.agents.describe().recogniser, 'none');
    },
  );

  test('speech by servers, a whole turn', needs_speech, async (t) => {
    const voice = await speaker(t, { piece_ms: 20 });
    const ear = await recogniser(t);
    const parts = await agents_for(t, { ttsBaseUrl: voice.url, sttBaseUrl: ear.url, voiceGreeting: '-' });
    const call = test_call(t, parts);
    await call.say(sound_of(question));
    await call.said(1);
    assert.deepEqual(
      voice.requests.map(({ input }) => input),
      sentences.slice(0, 2),
    );
    assert.equal(understood(heard_of(call.stream(0)), [answer, ...sentences]), answer);
    // Streamed: the first sentence takes 20 ms per 100 ms to arrive, and the first frame did not wait for that.
    const first_ms = call.frames[0].at_ms - voice.requests[0].at_ms;
    t.diagnostic(`first frame ${first_ms.toFixed(0)} ms after the request`);
  });

  test('a voice slower than speech: late, but whole and in order', needs_speech, async (t) => {
    const voice = await speaker(t, { piece_ms: 130 });
    const parts = await agents_for(t, { ...hears, ttsBaseUrl: voice.url, voiceGreeting: sentences[1] });
    const call = test_call(t, parts);
    await call.said(1);
    const frames = call.stream(0);
    frames.forEach((frame, n) => assert.equal(frame.timestamp_48k, n * 960));
    assert.equal(understood(heard_of(frames), sentences), sentences[1]);
  });

  test(
    'a recogniser that fails or is slow is said aloud, and the next turn works',
    needs_speech,
    async (t) => {
      const behave = ({ n, response }) => (n === 1 ? breaks(500)({ response }) : n === 2);
      const ear = await recogniser(t, { behave });
      const parts = await agents_for(t, { sttBaseUrl: ear.url, sttTimeoutMs: 1500, voiceGreeting: '-' });
      const call = test_call(t, parts);
      for (const turn of [1, 2]) {
        await call.say(sound_of(question));
        await call.said(turn);
        assert.match(call.rows.at(-1).text, /could not make out the words/);
        assert.ok(call.stream(call.streams.at(-1)).length > 50, 'aloud');
      }
      await call.say(sound_of(question));
      await call.said(3);
      assert.deepEqual(
        call.answers.map(({ text }) => text),
        [question],
      );
      assert.equal(parts.counters().stt_failed, 2);
      assert.deepEqual(
        parts.lines.filter(({ level }) => level === 'warn').map(({ err }) => err.code),
        ['ear_status_500', 'ear_too_slow'],
      );
    },
  );

  test('a voice that fails once is asked again, without a seam', needs_speech, async (t) => {
    // The second sentence is cut after two pieces.
    const behave = async ({ n, response }) => {
      if (n !== 2) return false;
      const { samples } = speak(sentences[1], { rate_hz: 24_000 });
      const bytes = wav_bytes({ rate_hz: 24_000, samples }).subarray(44);
      response.writeHead(200, { 'Content-Length': bytes.length });
      response.write(bytes.subarray(0, 20_000));
      await pause(100);
      response.destroy();
      return true;
    };
    const voice = await speaker(t, { behave });
    const parts = await agents_for(t, { ...hears, ttsBaseUrl: voice.url, voiceGreeting: answer });
    const call = test_call(t, parts);
    await call.said(1);
    assert.equal(voice.requests.filter(({ input }) => input === sentences[1]).length, 2);
    // Nothing is heard twice: what was there of the sentence is skipped.
    const made_s = sentences
      .slice(0, 2)
      .reduce((sum, text) => sum + speak(text, { rate_hz: 24_000 }).samples.length / 24_000, 0);
    const frames = call.stream(0).length;
    assert.ok(Math.abs(frames - made_s * 50) < 3, `${frames} frames of ${made_s} s`);
    assert.equal(understood(heard_of(call.stream(0)), [answer, ...sentences]), answer);
  });

  test(
    'a voice that fails for good is said in writing, once, and the call goes on',
    needs_speech,
    async (t) => {
      let broken = true;
      const voice = await speaker(t, { behave: (request) => broken && breaks(500)(request) });
      const ear = await recogniser(t);
      const parts = await agents_for(t, {
        ttsBaseUrl: voice.url,
        sttBaseUrl: ear.url,
        voiceGreeting: sentences[0],
      });
      const call = test_call(t, parts);
      await until(() => call.rows.length === 2 && call.states.at(-1) === 'listening');
      assert.match(call.rows[1].text, /cannot speak at the moment/);
      await call.say(sound_of(question));
      await until(() => call.answers.length === 1 && call.states.at(-1) === 'listening');
      assert.equal(call.rows.length, 2, 'the answer is in its own row, and nothing is said twice');
      assert.equal(call.frames.length, 0);
      broken = false;
      await call.say(sound_of(question));
      await call.said(1);
      assert.equal(understood(heard_of(call.stream(call.streams.at(-1))), [answer, ...sentences]), answer);
    },
  );

  test('without any voice it listens and answers in writing', needs_speech, async (t) => {
    const ear = await recogniser(t);
    const parts = await agents_for(t, { espeakCommand: '-', sttBaseUrl: ear.url });
    assert.equal(parts.agents.describe().voice, 'none');
    const call = test_call(t, parts);
    assert.match(call.rows.at(-1).text, /cannot speak/);
    await call.say(sound_of(question));
    await until(() => call.answers.length === 1 && call.states.at(-1) === 'listening');
    assert.equal(call.frames.length, 0);
  });

  const model = makeConfig({}).pocketsphinxModel;
  const needs_pocketsphinx = {
    ...needs_speech,
    skip:
      needs_speech.skip ||
      (existsSync(model) ? false : 'pocketsphinx-en-us is missing: tools/setup installs it'),
  };

  test('pocketsphinx listens where it is installed', needs_pocketsphinx, async (t) => {
    const parts = await agents_for(t, { voiceGreeting: '-', pocketsphinxCommand: 'pocketsphinx_continuous' });
    assert.equal(parts.agents.describe().recogniser, 'pocketsphinx');
    const call = test_call(t, parts, sentences[0]);
    await call.say(sound_of('What is the cheapest phone?'));
    await call.said(1, 40_000);
    t.diagnostic(`heard: ${call.answers[0].text}; ${(call.answers[0].at_ms - call.off_ms).toFixed(0)} ms`);
    // It is no good recogniser of a synthetic voice, but what it says comes from the sound.
    assert.match(call.answers[0].text, /\b(?:what|phone|cheap\w*)\b/);
    const second = call.answers.length;
    await call.say(sound_of('Hello.'));
    await until(() => call.answers.length > second || parts.counters().stt_empty > 0, 40_000);
  });
});
