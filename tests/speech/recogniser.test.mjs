// The recogniser that the tests use is itself tested: it hears, tells similar sentences apart, and refuses what it does not know.
import assert from 'node:assert/strict';
import test from 'node:test';
import { silence, joined, resample } from '../rig/sound/dsp.mjs';
import { start_recogniser } from '../rig/sound/recogniser.mjs';
import { speak, speech_missing } from '../rig/sound/speech.mjs';
import { wav_bytes } from '../rig/sound/wav.mjs';

const candidates = [
  'Do you have waterproof speakers?',
  'Do you have waterproof headphones?',
  'When are you open on Sunday?',
  'When are you open on Monday?',
  'What is the cheapest phone?',
  'What is the cheapest camera?',
  'Where is your shop?',
  'Yes please.',
];

let seed = 1;
const noise = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 30 - 1;

async function listen(server, sound, path = '/audio/transcriptions') {
  const form = new FormData();
  form.set('file', new Blob([wav_bytes(sound)]), 'a.wav');
  form.set('model', 'any');
  const response = await fetch(`${server.url}${path}`, { method: 'POST', body: form });
  return response.ok ? (await response.json()).text : response.status;
}

test('the recogniser of the tests', { skip: speech_missing() ?? false }, async (t) => {
  const server = await start_recogniser({ candidates });
  t.after(server.close);

  await t.test(
    'tells similar sentences apart, spoken faster, slower, softer and in a noisy room',
    async () => {
      for (const text of candidates) {
        const sounds = {
          plain: speak(text),
          faster: speak(text, { words_a_minute: 180 }),
          slower: speak(text, { words_a_minute: 145 }),
          softer: speak(text, { level: 0.05 }),
        };
        const noisy = speak(text, { rate_hz: 16_000 });
        const room = joined(silence(0.7, 16_000), noisy.samples, silence(0.9, 16_000)).map(
          (v) => v + 0.008 * noise(),
        );
        sounds.noisy = { rate_hz: 16_000, samples: room };
        const phone = resample(speak(text, { rate_hz: 44_100 }).samples, 44_100, 16_000);
        sounds.phone = { rate_hz: 16_000, samples: phone };
        for (const [name, sound] of Object.entries(sounds))
          assert.equal(
            await listen(server, sound),
            text,
            `${name}: ${JSON.stringify(server.heard.at(-1).distance)}`,
          );
      }
    },
  );

  await t.test('answers nothing to noise, tones, silence and sentences it does not know', async () => {
    const made = (length, value) => ({
      rate_hz: 16_000,
      samples: Float32Array.from({ length }, (_, n) => value(n)),
    });
    const others = {
      silence: made(32_000, () => 0),
      noise: made(32_000, () => 0.3 * noise()),
      tone: made(32_000, (n) => 0.3 * Math.sin(n / 6)),
      clicks: made(32_000, (n) => (n % 4000 < 20 ? 0.8 : 0)),
      nothing: made(0, () => 0),
      unknown: speak('The quick brown fox jumps over it.'),
      backwards: (({ rate_hz, samples }) => ({ rate_hz, samples: samples.slice().reverse() }))(
        speak(candidates[0]),
      ),
    };
    for (const [name, sound] of Object.entries(others)) assert.equal(await listen(server, sound), '', name);
  });

  await t.test('says what is wrong with a request', async () => {
    assert.equal(await listen(server, speak('x'), '/audio/other'), 404);
    const bare = await fetch(`${server.url}/audio/transcriptions`, { method: 'POST', body: 'no form' });
    assert.equal(bare.status, 400);
  });
});
