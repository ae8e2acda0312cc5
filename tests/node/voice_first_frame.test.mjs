// Where the microphone's first frame begins, in the worklet as pages run it, on a device with buffers of 10 ms.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import vm from 'node:vm';

const capture_js = readFileSync(new URL('../../dist/dev/voice-capture.js', import.meta.url), 'utf8');
const quantum = 128;
/** Of the resampler, at most (wasm/voice/sound/resampler.h). */
const beyond_a_frame = 64;

/** The buffer of each captured sample, as the device takes them; the page joins worklet and thread at quantum `joined`. */
function buffers_of_samples(rate_hz, joined, seconds = 1) {
  let Capture;
  const scope = vm.createContext({
    sampleRate: rate_hz,
    currentFrame: 0,
    AudioWorkletProcessor: class {
      port = {};
    },
    registerProcessor: (_, made) => (Capture = made),
  });
  vm.runInContext(capture_js, scope);
  const capture = new Capture();
  const buffers = [];
  let buffer = 0;
  const thread = { postMessage: ({ frames }) => buffers.push(...Array(frames).fill(buffer)) };
  const buffer_samples = rate_hz / 100;
  for (; buffer < seconds * 100; buffer += 1)
    for (; scope.currentFrame < (buffer + 1) * buffer_samples; scope.currentFrame += quantum) {
      if (scope.currentFrame === joined * quantum) capture.port.onmessage({ data: thread });
      capture.process([[new Float32Array(quantum)]], [[new Float32Array(quantum)]]);
    }
  return buffers;
}

for (const rate_hz of [44_100, 48_000])
  test(`a frame waits for no third buffer at ${rate_hz} Hz`, () => {
    const frame = rate_hz / 50;
    for (let joined = 0; joined < 40; joined += 1) {
      const buffers = buffers_of_samples(rate_hz, joined);
      for (let at = 0; at + frame + beyond_a_frame < buffers.length; at += frame)
        assert.ok(
          buffers[at + frame + beyond_a_frame - 1] - buffers[at] <= 2,
          `joined at ${joined}, sample ${at}`,
        );
    }
  });

test('sound begins within 50 ms whatever the rate', () => {
  for (const rate_hz of [
    8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000,
  ])
    for (let joined = 0; joined < 40; joined += 1) {
      const held_back =
        Math.ceil(rate_hz / quantum) * quantum -
        joined * quantum -
        buffers_of_samples(rate_hz, joined).length;
      assert.ok(
        held_back <= rate_hz / 20 + quantum,
        `${rate_hz} Hz, joined at ${joined}: ${held_back} samples`,
      );
    }
});
