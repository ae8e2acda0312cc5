// HAL-6: calls over the back end `hal`, whose sound goes over the text connection. Real Chromium with a file as its microphone, the server
// of tests/rig/hal with a recogniser that goes by the sound and a voice, directly and behind a real HAProxy. What passes on the wire is in
// the server's log; microphone and speaker are recorded inside the page.
import { open_hal_page, open_hal_stage } from '../rig/hal/stage.mjs';
import { watch_microphones, sound_of } from '../rig/pages/engine_page.mjs';
import { as_shopper } from '../rig/shopper.mjs';
import { compare_speech } from '../rig/sound/compare_speech.mjs';
import { joined, rms, silence } from '../rig/sound/dsp.mjs';
import { ear_script, heard_in, raw_microphone_script, stretches_of } from '../rig/sound/ear.mjs';
import { candidate } from '../rig/sound/recogniser.mjs';
import { speak, speech_missing } from '../rig/sound/speech.mjs';
import { best_match, features_of } from '../rig/sound/word_match.mjs';
import { open_chromium } from '../rig/voice_call.mjs';
import { say, sleep, until } from '../rig/widget.mjs';

const long = process.env.SHOPBELL_LONG === '1';
const rate_hz = 48_000;
const wire_hz = 16_000;
const frame_bytes_max = 10_000;
const frame_samples_max = 1_280;
const silent_within_ms = 100;
/** The detector's hang-over, a frame, and the way: after the speech frames come no longer than this. */
const stream_ends_within_ms = 1_000;
const audible = 0.01;

const wake_word = 'Hey Jarvis';
const question = 'What time is it in the shop on the corner today?';
const second_question = 'Please tell me what the yellow desk lamp costs.';
const long_answer = `It is nine o'clock in the morning now and we are open until seven in the evening and on Saturdays until two
  and on Sundays we are closed but you may write to us at any hour and somebody will answer you in the morning after that`;
const second_answer = 'The yellow lamp costs thirty nine euros.';
const answers = { [question]: long_answer, [second_question]: second_answer };

const spoken = (text) => speak(text, { rate_hz });
const voice_of = (text) => speak(text, { rate_hz: 24_000 });

/** Hears by the sound alone, and keeps it. */
function make_recogniser(texts) {
  const candidates = texts.map((text) => candidate(text));
  const heard = [];
  const hear = (samples) => {
    const sound = { rate_hz: wire_hz, samples: Float32Array.from(samples, (value) => value / 32_768) };
    const { text } = best_match(features_of(sound), candidates);
    heard.push({ text, sound });
    return text;
  };
  return { hear, heard };
}

/** Of a wake word's detector no more than its place: it answers behind the word, not while it is said. */
function make_wake() {
  let loud = 0;
  return (samples) => {
    if (rms(samples) > 300) loud += 1;
    else if (loud >= 4) {
      loud = 0;
      return true;
    }
    return false;
  };
}

/** @param {(Float32Array | number)[]} parts sounds, and seconds of silence between them */
const microphone = (...parts) => ({
  rate_hz,
  samples: joined(
    ...parts.map((part) => (typeof part === 'number' ? silence(part, rate_hz) : spoken(part).samples)),
  ),
});

async function open_call(t, { sound, recogniser, server, tag, ...options }) {
  const missing = speech_missing();
  if (missing) t.skip(missing);
  const stage = await open_hal_stage(t, {
    ...options,
    server: {
      hear: recogniser.hear,
      answer: (text) => answers[text] ?? `You said: ${text}`,
      sound: voice_of,
      ...server,
    },
    tag: { voice: 'backend', ...tag },
    html: { head: ear_script + raw_microphone_script },
    browser: await open_chromium(t, sound),
  });
  const page = await open_hal_page(stage, { before: watch_microphones });
  const shopper = as_shopper(page);
  await shopper.click('mic');
  return { ...stage, page, shopper };
}

/** The last that passed, without its sounds. */
const passed = (hal) => hal.log.slice(-8).map(({ what, type, at_ms }) => [what, type, Math.round(at_ms)]);

/** The frames of speech, a list for each stretch without a longer pause between them. */
function streams_of(hal) {
  const streams = [];
  for (const frame of hal.frames('in', 'audio_stream')) {
    const last = streams.at(-1)?.at(-1);
    if (last && frame.at_ms - last.at_ms < 350) streams.at(-1).push(frame);
    else streams.push([frame]);
  }
  return streams;
}

/** Frames are small, and there are none without speech. */
function assert_streams(t, hal, heard) {
  const speech = stretches_of(heard.microphone, { floor: audible, pause_s: 0.6 });
  const streams = streams_of(hal);
  for (const stream of streams)
    for (const { bytes, frame } of stream) {
      t.assert.ok(bytes < frame_bytes_max, `a frame of ${bytes} bytes`);
      t.assert.ok(frame.audio.length <= frame_samples_max, `a frame of ${frame.audio.length} samples`);
    }
  const outside = hal
    .frames('in', 'audio_stream')
    .filter(
      ({ at_ms }) =>
        !speech.some(
          ({ from_s, to_s }) =>
            at_ms > heard.at_ms(from_s) && at_ms < heard.at_ms(to_s) + stream_ends_within_ms,
        ),
    );
  t.assert.equal(outside.length, 0, 'frames without speech');
  return streams;
}

/** The sound of a place in a recording. */
function part_of({ rate_hz, samples }, from_s, to_s = Infinity) {
  return { rate_hz, samples: samples.slice(Math.max(0, from_s * rate_hz), to_s * rate_hz) };
}

function assert_alike(t, wanted, got, what) {
  const { damaged_share, missing_ms, rate_error } = compare_speech(wanted, got);
  const seen = `${what}: ${JSON.stringify({ damaged_share, missing_ms, rate_error })}`;
  t.log(seen);
  t.assert.ok(damaged_share < 0.1 && missing_ms < 60 && Math.abs(rate_error) < 0.003, seen);
}

/** Both turns as they stand on the page and were heard on the way. */
async function assert_turns(t, { hal, page, recogniser }) {
  const heard = await heard_in(page);
  const streams = assert_streams(t, hal, heard);
  const of_question = (text) => recogniser.heard.find((one) => one.text === text).sound;
  for (const text of [question, second_question])
    assert_alike(t, speak(text, { rate_hz: wire_hz }), of_question(text), 'a question, as the server has it');

  // The first answer is heard until the shopper speaks again.
  const answers_s = stretches_of(heard.speaker, { floor: audible, pause_s: 0.7 });
  const [first] = answers_s;
  const [interruption] = streams.find(([{ at_ms }]) => at_ms > heard.at_ms(first.from_s));
  const [before, after] = [false, true].map((later) =>
    answers_s.filter(({ from_s }) => heard.at_ms(from_s) > interruption.at_ms === later),
  );
  const cut_s = before.at(-1).to_s;
  const silent_ms = heard.at_ms(cut_s) - interruption.at_ms;
  t.log(`the agent is silent ${Math.round(silent_ms)} ms after the shopper's first frame`);
  t.assert.ok(silent_ms <= silent_within_ms, `silent after ${silent_ms} ms`);
  const whole_s = voice_of(long_answer).samples.length / 24_000;
  t.assert.ok(cut_s - first.from_s < whole_s - 2, 'he was interrupted');
  t.assert.ok(cut_s - first.from_s > 1.5, 'and was heard until then');
  t.assert.ok(after.length > 0, `another answer is heard: ${JSON.stringify(answers_s)}`);
  const until_s = cut_s - first.from_s - 0.3;
  assert_alike(
    t,
    part_of(voice_of(long_answer), 0, until_s),
    part_of(heard.speaker, first.from_s - 0.2, cut_s),
    'the first answer, as far as it was heard',
  );
  assert_alike(
    t,
    voice_of(second_answer),
    part_of(heard.speaker, after[0].from_s - 0.2),
    'the second answer, as it was heard',
  );
}

async function assert_typed_and_ended(t, { page, shopper }) {
  await say(page, 'and by hand');
  await shopper.until_said('agent', 'You said: and by hand');
  await shopper.until_call('he reads it out', ({ agent }) => agent === 'speaking');
  t.assert.equal((await shopper.call()).state, 'live');
  await shopper.click('hang-up');
  const pressed_ms = performance.now();
  await until(
    'the microphone is off',
    async () => (await sound_of(page)).tracks.every((one) => one === 'ended'),
    {
      interval_ms: 20,
    },
  );
  t.assert.ok(performance.now() - pressed_ms < 1_000, 'within a second');
  await shopper.until_call('over', ({ state }) => state === 'idle');
  t.assert.deepEqual(page.page_errors, []);
  t.assert.deepEqual(
    page.console_lines.filter(({ type }) => type === 'error'),
    [],
  );
}

const no_wake = { wakes: false, first: [2, question, 6.5, second_question] };
const with_wake = { wakes: true, first: [2.5, wake_word, 1.5, question, 7, wake_word, 1.5, second_question] };

/** A question, a long answer, a question into that, an answer, a typed one, and hanging up. */
async function conversation(t, { variant, tag, ...options }) {
  const { wakes, first } = variant === 'web2' ? with_wake : no_wake;
  const recogniser = make_recogniser([question, second_question, wake_word]);
  const call = await open_call(t, {
    ...{ sound: microphone(...first, 1), recogniser, tag, ...options },
    server: { variant, ...(wakes && { wake: make_wake() }) },
  });
  const { shopper, hal } = call;
  if (wakes) await shopper.until_call('waits for the wake word', ({ agent }) => agent === 'waiting');
  await shopper.until_live();
  if (wakes) {
    await shopper.until_call('has heard it', ({ agent }) => agent === 'listening');
    t.assert.equal(hal.frames('out', 'wake_word_detected').length, 1);
  }
  const seen = () => [passed(hal), recogniser.heard.map(({ text }) => text)];
  const limit = { timeout_ms: 25_000, seen };
  await shopper.until_said('self', question, limit);
  await shopper.until_said('agent', `It is nine o'clock`, limit);
  await shopper.until_call('the agent speaks', ({ agent }) => agent === 'speaking');
  await shopper.until_said('self', second_question, limit);
  await shopper.until_said('agent', second_answer, limit);
  await shopper.until_call('the agent speaks again', ({ agent }) => agent === 'speaking');
  await shopper.until_call('and is done', ({ agent }) => agent === (wakes ? 'waiting' : 'listening'));
  t.assert.equal(recogniser.heard.filter(({ text }) => text === question).length, 1, 'heard once');
  await assert_turns(t, { ...call, recogniser });
  await assert_typed_and_ended(t, call);
}

/** The call is there as long as the connection is, and its shopper is told which. */
async function server_restarts(t) {
  const recogniser = make_recogniser([question]);
  const once = [question, 4.5];
  const { hal, shopper, page } = await open_call(t, {
    sound: microphone(2, ...Array(10).fill(once).flat()),
    recogniser,
    server: { sound: () => null },
  });
  await shopper.until_live();
  await shopper.until_said('self', question);
  await hal.stop();
  await shopper.until_call('reconnecting', ({ state }) => state === 'reconnecting');
  await sleep(1_500);
  t.assert.equal((await shopper.call()).state, 'reconnecting');
  const turns = (await shopper.rows()).length;
  const frames = hal.frames('in').length;
  await hal.start();
  const up_ms = performance.now();
  await shopper.until_live();
  t.log(`live again ${Math.round(performance.now() - up_ms)} ms after the server is`);
  await until('the next question is answered', async () => (await shopper.rows()).length >= turns + 2, {
    ...{ timeout_ms: 25_000, seen: () => passed(hal) },
  });
  t.assert.ok(hal.frames('in').length > frames);
  t.assert.deepEqual(
    await sound_of(page).then(({ tracks }) => tracks),
    ['live'],
    'one microphone, all the time',
  );
  t.assert.deepEqual(page.page_errors, []);
}

const cases = {
  'web, directly': (t) => conversation(t, { variant: 'web' }),
  'web2 behind HAProxy, in a worklet': (t) =>
    conversation(t, { variant: 'web2', proxied: true, tag: { 'worker-url': 'none' } }),
  'the server is killed and comes back': server_restarts,
  ...(long && {
    'web behind HAProxy': (t) => conversation(t, { variant: 'web', proxied: true }),
    'web2, directly': (t) => conversation(t, { variant: 'web2' }),
  }),
};

export const rows = {
  'HAL-6': {
    limit_s: long ? 400 : 240,
    async run(t) {
      for (const [name, run] of Object.entries(cases)) {
        if (!name.includes(process.env.SHOPBELL_CASE ?? '')) continue;
        await run(t);
        t.log(`ok: ${name}`);
      }
    },
  },
};
