// The server of the back end `hal` says and does what the real one does, and each fault is what its name says, so that a failing row
// blames the widget and not its rig.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { tone } from '../rig/hal/answers.mjs';
import { open_page, page_chunk_samples } from '../rig/hal/raw_page.mjs';
import { start_hal_server } from '../rig/hal/server.mjs';
import { sleep, until } from '../rig/widget.mjs';
import { parse_wav } from '../rig/sound/wav.mjs';

const together = { concurrency: true, timeout: 30_000 };
const uuid_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const iso_time = /^\d{4}-\d\d-\d\dT/;
const loud = new Int16Array(page_chunk_samples).fill(8_000);
const quiet = new Int16Array(page_chunk_samples);
/** Utterances end soon where their end is not what is tested. */
const quick = { silence_ms: 300, check_every_ms: 20 };

async function open_both(t, options = {}, { path = '/', ...socket_options } = {}) {
  const server = await start_hal_server(options);
  t.after(server.close);
  const page = await open_page(`${server.url}${path}`, socket_options);
  return { server, page };
}
async function open_greeted(t, options) {
  const both = await open_both(t, options);
  await both.page.hears('connected');
  return both;
}
const ask = (page, text, more = {}) => page.says({ type: 'text_input', text, session_id: 'any', ...more });
function speak(page, chunks = 3, samples = loud) {
  for (let i = 0; i < chunks; i += 1) page.streams(samples);
}
/** Nothing comes that should not: long enough for a frame on this machine, too short to be an answer by the clock. */
const hears_no_more = async (page, ms = 150) => {
  const before = page.heard.length;
  await sleep(ms);
  assert.deepEqual(page.types().slice(before), []);
};

describe('connection', together, () => {
  test('`connected` comes first, exactly, with a UUID of version 4', async (t) => {
    const { page } = await open_greeted(t);
    const { session_id, ...rest } = page.heard[0].frame;
    assert.match(session_id, uuid_4);
    assert.deepEqual(rest, { type: 'connected', message: 'Connected to HAL web voice gateway' });
  });

  test('any path, no key and any origin will do', async (t) => {
    const { server, page } = await open_both(
      t,
      {},
      { path: '/what/ever?x=1', origin: 'https://else.example' },
    );
    await page.hears('connected');
    assert.equal(server.frames('opened')[0].path, '/what/ever?x=1');
  });

  test('each connection is a session of its own: no resume', async (t) => {
    const said = [];
    const { server, page } = await open_greeted(t, {
      answer: (text, exchanges) => (said.push(exchanges.length), `to ${text}`),
    });
    ask(page, 'one');
    await page.hears('response');
    const [{ session_id: first_id }] = page.of('connected');
    await page.close();
    const again = await open_page(server.url);
    const { session_id } = await again.hears('connected');
    assert.notEqual(session_id, first_id);
    ask(again, 'two', { session_id: first_id });
    await again.hears('response');
    assert.deepEqual(said, [0, 0], 'nothing of the conversation before is known');
    assert.deepEqual(again.types(), ['connected', 'processing', 'response'], 'nothing is said again');
  });

  test('what is no WebSocket is 426', async (t) => {
    const { server } = await open_both(t);
    assert.equal((await fetch(`http://127.0.0.1:${server.port}/`)).status, 426);
  });

  test('the library pings, and lets go of who does not answer', async (t) => {
    const { server, page } = await open_both(t, { ping_every_ms: 50, ping_timeout_ms: 1_000 });
    const deaf = await open_page(server.url, { autoPong: false });
    let pings = 0;
    page.socket.on('ping', () => (pings += 1));
    assert.equal(await deaf.closed(), 1011);
    assert.ok(pings >= 2, `${pings} pings`);
    assert.equal(page.code, undefined, 'who answers stays');
  });

  test('what goes in and out is in the log, with times and lengths', async (t) => {
    const { server, page } = await open_greeted(t);
    ask(page, 'hello');
    await page.hears('response');
    await page.close();
    await until('the end', () => server.frames('closed').length === 1);
    const steps = server.log.map(({ what, type }) => (type ? `${what} ${type}` : what));
    assert.deepEqual(steps, [
      ...['opened', 'out connected', 'in text_input', 'out processing', 'out response', 'closed'],
    ]);
    const times = server.log.map(({ at_ms }) => at_ms);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.equal(server.frames('in')[0].bytes, 55);
    assert.equal(new Set(server.log.map(({ session_id }) => session_id)).size, 1);
    assert.deepEqual(server.frames('in')[0].frame, { type: 'text_input', text: 'hello', session_id: 'any' });
  });
});

describe('text', together, () => {
  test('`processing`, then `response` with a WAV: exactly these, and no ack or echo', async (t) => {
    const sound = tone({ rate_hz: 22_050 });
    const { page } = await open_greeted(t, { sound: () => sound });
    ask(page, 'hello');
    const { audio, ...rest } = await page.hears('response');
    assert.deepEqual(page.types(), ['connected', 'processing', 'response']);
    assert.deepEqual(page.of('processing')[0], { type: 'processing' });
    assert.deepEqual(rest, {
      ...{ type: 'response', text: 'Hello! How can I help you today?' },
      ...{ intent: 'builtin', confidence: 0.95, audio_format: 'wav' },
    });
    const heard = parse_wav(Buffer.from(audio, 'base64'));
    assert.equal(heard.rate_hz, 22_050, "the voice's own rate");
    assert.equal(heard.samples.length, sound.samples.length);
    assert.ok(page.heard.every(({ is_binary }) => !is_binary));
  });

  test('no voice: the answer comes with `audio` and `audio_format` null', async (t) => {
    for (const sound of [
      () => null,
      () => Promise.reject(new Error('no voice')),
      () => new Promise(() => {}),
    ]) {
      const { page } = await open_greeted(t, { sound, call_limit_ms: 30 });
      ask(page, 'hello');
      const { audio, audio_format } = await page.hears('response');
      assert.deepEqual([audio, audio_format], [null, null]);
    }
  });

  test('intents and their confidences', async (t) => {
    const { page } = await open_greeted(t, {
      answer: (text) => (text === 'lamp' ? { text, intent: 'home_assistant' } : text),
    });
    const texts = [
      'what time is it',
      'tell me the date',
      'hey there',
      'hello, I have got a question',
      'lamp',
    ];
    for (const text of texts) ask(page, text);
    await page.hears('response', texts.length);
    assert.deepEqual(
      page.of('response').map(({ intent, confidence }) => [intent, confidence]),
      [...Array(3).fill(['builtin', 0.95]), ['llm', 0.7], ['home_assistant', 0.9]],
    );
  });

  test('a router that fails answers with intent `error`', async (t) => {
    const answer = () => Promise.reject(new Error('no model'));
    const { page } = await open_greeted(t, { answer });
    ask(page, 'anything');
    const { text, intent } = await page.hears('response');
    assert.equal(text, 'I encountered an error processing your request: no model');
    assert.equal(intent, 'error');
  });

  test('twelve at once are answered one after another, in order', async (t) => {
    const { page } = await open_greeted(t, {
      answer: async (text) => (await sleep(12 - Number(text)), text),
    });
    for (let i = 0; i < 12; i += 1) ask(page, String(i));
    await page.hears('response', 12);
    assert.deepEqual(
      page.of('response').map(({ text }) => Number(text)),
      Array.from({ length: 12 }, (_, i) => i),
    );
    assert.deepEqual(page.types().slice(1), Array(12).fill(['processing', 'response']).flat());
  });

  test('the same text twice is answered twice: no dedupe', async (t) => {
    const { page } = await open_greeted(t);
    ask(page, 'hello', { id: 'same' });
    ask(page, 'hello', { id: 'same' });
    await page.hears('response', 2);
  });

  test('blank text is passed over in silence', async (t) => {
    const { page } = await open_greeted(t);
    for (const text of ['', '  \n', undefined]) ask(page, text);
    await hears_no_more(page);
  });

  test('no JSON is "Invalid JSON", another type is named', async (t) => {
    const { page } = await open_greeted(t);
    page.says('{"type":');
    for (const type of ['heartbeat', 'audio_chunk', 'stop_listening']) page.says({ type });
    await page.hears('error', 4);
    assert.deepEqual(page.of('error'), [
      { type: 'error', message: 'Invalid JSON' },
      { type: 'error', message: 'Unknown type: heartbeat' },
      { type: 'error', message: 'Unknown type: audio_chunk' },
      { type: 'error', message: 'Unknown type: stop_listening' },
    ]);
    ask(page, 'hello');
    await page.hears('response');
  });

  test('a connection remembers its last ten exchanges', async (t) => {
    let told;
    const { page } = await open_greeted(t, {
      answer: (text, exchanges) => ((told = exchanges), `to ${text}`),
    });
    for (let i = 0; i < 12; i += 1) ask(page, String(i));
    await page.hears('response', 12);
    assert.deepEqual(told[0], { said: '1', answered: 'to 1' });
    assert.equal(told.length, 10);
  });

  test('a frame over the limit ends the connection with 1009', async (t) => {
    const { page } = await open_greeted(t);
    ask(page, 'a'.repeat(1_000_000));
    await page.hears('response');
    ask(page, 'a'.repeat(1 << 20));
    assert.equal(await page.closed(), 1009);
  });
});

describe('voice', together, () => {
  test('`wake_word_detected` on the first sound, `transcription` and `response` after 1.5 s without any', async (t) => {
    const heard = [];
    const { server, page } = await open_greeted(t, {
      hear: (samples) => (heard.push(samples), 'where is my order'),
      answer: () => 'On its way.',
    });
    page.streams(loud);
    assert.deepEqual(await page.hears('wake_word_detected'), {
      type: 'wake_word_detected',
      message: 'Listening...',
    });
    speak(page, 2, quiet);
    const { text } = await page.hears('response');
    assert.equal(text, 'On its way.');
    assert.deepEqual(page.types(), ['connected', 'wake_word_detected', 'transcription', 'response']);
    assert.deepEqual(page.of('transcription')[0], { type: 'transcription', text: 'where is my order' });
    assert.equal(heard[0].length, 3 * page_chunk_samples, 'all that was said');
    const took_ms =
      server.frames('out', 'transcription')[0].at_ms - server.frames('in', 'audio_stream').at(-1).at_ms;
    assert.ok(took_ms >= 1_499 && took_ms < 2_400, `${took_ms} ms`);
  });

  test('a page that goes on sending, silence too, is not answered', async (t) => {
    const { page } = await open_greeted(t);
    const timer = setInterval(() => page.streams(quiet), 256);
    t.after(() => clearInterval(timer));
    await sleep(2_600);
    assert.deepEqual(page.types(), ['connected', 'wake_word_detected']);
    clearInterval(timer);
    await page.hears('response');
  });

  test('less than 500 ms is kept, not answered', async (t) => {
    const lengths = [];
    const { page } = await open_greeted(t, { ...quick, hear: ({ length }) => (lengths.push(length), 'yes') });
    speak(page, 1);
    await page.hears('wake_word_detected');
    await sleep(600);
    assert.deepEqual(page.types(), ['connected', 'wake_word_detected']);
    speak(page, 1);
    await page.hears('response');
    assert.deepEqual(lengths, [2 * page_chunk_samples]);
    assert.equal(page.of('wake_word_detected').length, 1, 'it was one utterance');
    speak(page, 2);
    await page.hears('wake_word_detected', 2);
  });

  test('samples are clamped to 16 bit, and what is no array is passed over', async (t) => {
    let heard;
    const { page } = await open_greeted(t, { ...quick, hear: (samples) => ((heard = samples), 'yes') });
    page.says({ type: 'audio_stream', audio: 'UklGRg==' });
    await hears_no_more(page, 60);
    page.streams([40_000, -40_000, 32_767, -32_768, ...quiet, ...quiet]);
    await page.hears('response');
    assert.deepEqual([...heard.subarray(0, 4)], [32_767, -32_768, 32_767, -32_768]);
  });

  test('a recogniser that fails, or takes too long, is "Transcription failed"', async (t) => {
    const recognisers = [() => '', () => Promise.reject(new Error('500')), () => new Promise(() => {})];
    for (const hear of recognisers) {
      const { page } = await open_greeted(t, { ...quick, call_limit_ms: 30, hear });
      speak(page);
      assert.deepEqual(await page.hears('error'), { type: 'error', message: 'Transcription failed' });
      assert.equal(page.of('response').length, 0);
    }
  });

  test('typing goes on beside an utterance', async (t) => {
    const { page } = await open_greeted(t, quick);
    speak(page);
    ask(page, 'typed');
    await page.hears('response', 2);
    assert.deepEqual(
      page.of('response').map(({ text }) => text),
      ['You said: typed', 'The current time is 12:00 PM.'],
    );
  });
});

describe('the gateway with a wake word', together, () => {
  const is_wake = (samples) => samples[0] === 1;
  const wake_chunk = [1, ...quiet.subarray(1)];
  const short = (value) => new Int16Array(480).fill(value); // 30 ms

  test('`connected` tells its state; `processing` and `response` differ', async (t) => {
    const { page } = await open_greeted(t, { variant: 'web2', wake: is_wake });
    const { session_id, ...rest } = page.of('connected')[0];
    assert.match(session_id, uuid_4);
    assert.deepEqual(rest, { type: 'connected', state: 'passive_listening', wake_word_detection: true });
    ask(page, 'hello');
    const { timestamp, audio, ...response } = await page.hears('response');
    assert.match(timestamp, iso_time);
    assert.ok(audio.length > 1_000);
    assert.deepEqual(response, {
      ...{
        type: 'response',
        text: 'Hello! How can I help you today?',
        intent: 'builtin',
        audio_format: 'wav',
      },
    });
    assert.deepEqual(page.of('processing'), [{ type: 'processing', message: 'Processing...' }]);
  });

  test('the wake word begins, fifteen quiet pieces in a row end', async (t) => {
    let heard;
    const hear = (samples) => ((heard = samples), 'lights on');
    const { page } = await open_greeted(t, { variant: 'web2', wake: is_wake, hear });
    speak(page, 3);
    await hears_no_more(page);
    page.streams(wake_chunk);
    assert.match((await page.hears('wake_word_detected')).timestamp, iso_time);
    for (const value of [...Array(5).fill(8_000), ...Array(14).fill(0), 8_000]) page.streams(short(value));
    await hears_no_more(page);
    for (let i = 0; i < 15; i += 1) page.streams(short(0));
    await page.hears('response');
    assert.equal(heard.length, 35 * 480);
    const types = [
      'connected',
      'wake_word_detected',
      'processing',
      'transcription',
      'processing',
      'response',
    ];
    assert.deepEqual(page.types(), types);
    assert.deepEqual(
      page.of('processing').map(({ message }) => message),
      ['Transcribing...', 'Processing...'],
    );
  });

  test('pieces of 256 ms never end by themselves; `stop_listening` ends them', async (t) => {
    const { page } = await open_greeted(t, { variant: 'web2', wake: is_wake, hear: () => 'lights on' });
    page.streams(wake_chunk);
    await page.hears('wake_word_detected');
    speak(page, 20, quiet);
    await hears_no_more(page, 300);
    page.says({ type: 'stop_listening' });
    await page.hears('response');
  });

  test('a wake word that never fires: sound is taken, nothing is said', async (t) => {
    const { page } = await open_greeted(t, { variant: 'web2' });
    assert.equal(page.of('connected')[0].wake_word_detection, false);
    speak(page, 10);
    page.says({ type: 'stop_listening' });
    await hears_no_more(page, 300);
  });

  test('its errors: no speech, a recogniser that fails; an unknown type is only logged', async (t) => {
    const results = [() => '', () => Promise.reject(new Error('500'))];
    const { page } = await open_greeted(t, { variant: 'web2', wake: is_wake, hear: () => results.shift()() });
    page.says({ type: 'heartbeat' });
    for (let i = 1; i <= 2; i += 1) {
      page.streams(wake_chunk);
      speak(page, 1);
      page.says({ type: 'stop_listening' });
      await page.hears('error', i);
    }
    assert.deepEqual(
      page.of('error').map(({ message }) => message),
      ['No speech detected', 'Transcription error: 500'],
    );
  });

  test('it takes messages of ten million bytes and passes on five exchanges', async (t) => {
    let told = 0;
    const answer = (_, exchanges) => ((told = exchanges.length), 'yes');
    const { page } = await open_greeted(t, { variant: 'web2', answer, sound: () => null });
    for (let i = 0; i < 7; i += 1) ask(page, String(i));
    ask(page, 'a'.repeat(9_000_000));
    await page.hears('response', 8);
    assert.equal(told, 5);
    ask(page, 'a'.repeat(10_000_000));
    assert.equal(await page.closed(), 1009);
  });
});

describe('faults of a turn', together, () => {
  const types_after = (page) => page.types().slice(1);

  test('closed at once, in mid-answer, after the answer, each with its code', async (t) => {
    const cases = [
      ['at_once', 1012, []],
      ['mid_answer', 1011, ['processing']],
      ['mid_answer', 1006, ['processing']],
      ['after_answer', 4000, ['processing', 'response']],
    ];
    for (const [when, code, types] of cases) {
      const { server, page } = await open_greeted(t);
      server.plan({ kind: 'close', when, code, reason: 'as planned' });
      ask(page, 'hello');
      assert.equal(await page.closed(), code, when);
      assert.equal(page.reason, code === 1006 ? '' : 'as planned');
      assert.deepEqual(types_after(page), types, when);
    }
  });

  test('closed in mid-frame: half an answer is none', async (t) => {
    const { server, page } = await open_greeted(t);
    server.plan({ kind: 'close', when: 'mid_frame', cut_bytes: 500 });
    ask(page, 'hello');
    assert.equal(await page.closed(), 1006);
    assert.deepEqual(types_after(page), ['processing']);
  });

  test('closed in mid-answer of a spoken turn: heard, not answered', async (t) => {
    const { server, page } = await open_greeted(t, quick);
    server.plan({ kind: 'close' });
    speak(page);
    assert.equal(await page.closed(), 1011);
    assert.deepEqual(types_after(page), ['wake_word_detected', 'transcription']);
  });

  test('never answered, and the next turn is', async (t) => {
    const { server, page } = await open_greeted(t);
    server.plan({ kind: 'silent', when: 'at_once' }, { kind: 'silent' }, null);
    for (const text of ['a', 'b', 'c']) ask(page, text);
    const { text } = await page.hears('response');
    assert.equal(text, 'You said: c');
    assert.deepEqual(types_after(page), ['processing', 'processing', 'response']);
  });

  test('answered late, and twice', async (t) => {
    const { server, page } = await open_greeted(t);
    server.plan({ kind: 'late', delay_ms: 200 }, { kind: 'twice', gap_ms: 50 });
    ask(page, 'a');
    ask(page, 'b');
    await page.hears('response', 3);
    const at_ms = (type, i) => server.frames('out', type)[i].at_ms;
    assert.ok(at_ms('response', 0) - at_ms('processing', 0) >= 199);
    assert.ok(at_ms('response', 2) - at_ms('response', 1) >= 49);
    const [, first, second] = page.heard.filter(({ frame }) => frame.type === 'response');
    assert.equal(first.text, second.text);
  });

  test('an unknown type before the answer', async (t) => {
    const { server, page } = await open_greeted(t);
    server.plan({ kind: 'unknown_type' });
    ask(page, 'a');
    await page.hears('response');
    assert.deepEqual(types_after(page), ['processing', 'mood', 'response']);
  });

  test('an answer that is no JSON, an error, and frames of the test in its place', async (t) => {
    const { server, page } = await open_greeted(t);
    server.plan(
      { kind: 'invalid_json' },
      { kind: 'error', message: 'Processing error: x' },
      { kind: 'instead', frames: ['[]', { type: 'response' }] },
    );
    for (const text of ['a', 'b', 'c']) ask(page, text);
    await page.hears('response');
    assert.deepEqual(types_after(page), [
      ...['processing', undefined, 'processing', 'error', 'processing', undefined, 'response'],
    ]);
    assert.match(page.heard[2].text, /^\{"type":"response","text":"You said: a"/);
    assert.throws(() => JSON.parse(page.heard[2].text));
    assert.equal(page.heard[6].text, '[]');
  });

  test('an oversized answer', async (t) => {
    const { server, page } = await open_greeted(t, { sound: () => null });
    server.plan({ kind: 'oversized', bytes: 11_000_000 });
    ask(page, 'a');
    await page.hears('response');
    assert.ok(page.heard.at(-1).text.length > 11_000_000);
  });

  test('an answer in pieces on TCP: in time it comes byte by byte, and nothing comes between', async (t) => {
    const { server, page } = await open_greeted(t, { sound: () => null, answer: () => 'größer 🛒' });
    let reads = 0;
    page.socket._socket.prependListener('data', () => (reads += 1));
    server.plan({ kind: 'pieces', piece_bytes: 1, every_ms: 2 });
    ask(page, 'a');
    await page.hears('processing');
    await server.say({ type: 'wake_word_detected', message: 'Listening...' });
    assert.equal((await page.hears('response')).text, 'größer 🛒');
    assert.ok(reads > 20, `${reads} reads`);
    assert.ok(
      server.frames('out', 'response')[0].done_at_ms - server.frames('out', 'response')[0].at_ms > 100,
    );
    await page.hears('wake_word_detected');
  });

  test('an answer in parts: WebSocket frames that end within a letter', async (t) => {
    const { server, page } = await open_greeted(t, { answer: () => '🛒🛒🛒' });
    server.plan(
      { kind: 'parts', part_bytes: 1_001, every_ms: 0 },
      { kind: 'parts', part_bytes: 31, every_ms: 0 },
    );
    ask(page, 'a');
    ask(page, 'b');
    await page.hears('response', 2);
    assert.ok(page.of('response').every(({ text }) => text === '🛒🛒🛒'));
  });

  test('`always` holds until it is changed; planned faults come first', async (t) => {
    const { server, page } = await open_greeted(t);
    server.always({ kind: 'twice' });
    server.plan(null);
    for (const text of ['a', 'b']) ask(page, text);
    await page.hears('response', 3);
    server.always(null);
    ask(page, 'c');
    await page.hears('response', 4);
    await hears_no_more(page);
  });
});

describe('faults of a connection', together, () => {
  test('a slow start: late 101, late greeting, none', async (t) => {
    const { server } = await open_both(t);
    server.opening({ delay_ms: 150, greet_ms: 100 });
    const from_ms = performance.now();
    const page = await open_page(server.url);
    const open_ms = performance.now() - from_ms;
    assert.ok(open_ms >= 149, `${open_ms} ms`);
    await page.hears('connected');
    assert.ok(performance.now() - from_ms >= 248);
    server.opening({ greet_ms: Infinity });
    const ungreeted = await open_page(server.url);
    await hears_no_more(ungreeted);
    ask(ungreeted, 'hello');
    await ungreeted.hears('response');
  });

  test('502 and 504 in place of 101', async (t) => {
    const { server } = await open_both(t);
    for (const status of [502, 504]) {
      server.opening({ status });
      await assert.rejects(open_page(server.url), new RegExp(status));
    }
    assert.deepEqual(
      server.frames('refused').map(({ status }) => status),
      [502, 504],
    );
  });

  test('connects, then drops, in a loop: before the greeting as a handler that breaks, or behind it', async (t) => {
    const { server } = await open_both(t);
    server.opening({ greet_ms: Infinity, close_ms: 0, close_code: 1011 });
    for (let i = 0; i < 2; i += 1) {
      const page = await open_page(server.url);
      assert.equal(await page.closed(), 1011);
      assert.equal(page.heard.length, 0);
    }
    server.opening({ close_ms: 60 });
    const page = await open_page(server.url);
    assert.equal(await page.closed(), 1006);
    assert.deepEqual(page.types(), ['connected']);
    server.opening();
    await (await open_page(server.url)).hears('connected');
  });

  test('every connection ends with a code', async (t) => {
    const { server, page } = await open_greeted(t);
    const other = await open_page(server.url);
    await other.hears('connected');
    assert.equal(server.sessions().length, 2);
    await server.close_all(1001, 'going away');
    assert.deepEqual([await page.closed(), await other.closed()], [1001, 1001]);
    assert.equal(page.reason, 'going away');
  });

  test('a wake word at an odd time, an answer to nothing, rubbish', async (t) => {
    const { server, page } = await open_greeted(t);
    await server.say({ type: 'wake_word_detected', message: 'Listening...' });
    await server.say({ type: 'response', text: 'unasked' });
    await server.say('\u0000 no JSON', { piece_bytes: 1 });
    await until('three frames', () => page.heard.length === 4);
    assert.deepEqual(page.types(), ['connected', 'wake_word_detected', 'response', undefined]);
  });

  test('a server that hangs: no answer and no new connection, then all of it', async (t) => {
    const { server, page } = await open_greeted(t);
    server.hang(true);
    ask(page, 'hello');
    const late = open_page(server.url);
    await hears_no_more(page, 200);
    assert.equal(server.frames('in').length, 0);
    server.hang(false);
    await page.hears('response');
    await (await late).hears('connected');
  });

  test('the process is gone, what it was working on is lost, and it is back at its port', async (t) => {
    let answer;
    const answering = new Promise((resolve) => (answer = resolve));
    const { server, page } = await open_greeted(t, { answer: () => answering });
    ask(page, 'lost');
    await page.hears('processing');
    await server.stop();
    assert.equal(await page.closed(), 1006);
    await assert.rejects(open_page(server.url), /ECONNREFUSED/);
    await server.start();
    const again = await open_page(server.url);
    await again.hears('connected');
    answer('too late');
    await until('an answer for nobody', () => server.frames('unsent', 'response').length === 1);
    await hears_no_more(again);
  });

  test('a peer that breaks the protocol breaks nothing else', async (t) => {
    const { server, page } = await open_greeted(t);
    const rough = connect(server.port, '127.0.0.1');
    rough.on('error', () => {});
    rough.write('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n');
    rough.write('Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n');
    await until('a second session', () => server.sessions().length === 2);
    rough.write(Buffer.from([0xff, 0xff, 0xff]));
    rough.resume();
    await until('its end', () => server.frames('closed').length === 1);
    rough.destroy();
    ask(page, 'hello');
    await page.hears('response');
  });
});
