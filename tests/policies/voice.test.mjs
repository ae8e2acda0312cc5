// A spoken conversation under the policies, each way of running the session's thread, with WebAssembly and without: what the agent says
// is heard, and what the microphone hears is understood. The short form holds three; SHOPBELL_LONG=1 all.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { launch_browser } from '../rig/browsers/browser.mjs';
import { joined, silence } from '../rig/sound/dsp.mjs';
import { way_of } from '../rig/pages/engine_page.mjs';
import { start_gateway } from '../rig/gateway.mjs';
import { start_recogniser } from '../rig/sound/recogniser.mjs';
import { start_speaker } from '../rig/sound/speaker.mjs';
import { speak } from '../rig/sound/speech.mjs';
import { stage_of } from '../rig/suite.mjs';
import { call_missing } from '../rig/voice_call.mjs';
import { write_wav } from '../rig/sound/wav.mjs';
import { until } from '../rig/widget.mjs';
import { files_of, open_strict_page } from './strict_shop.mjs';

const limits = { skip: (await call_missing()) ?? false, timeout: 90_000 };
const long = process.env.SHOPBELL_LONG === '1';
const greeting = 'Welcome!';
const question = 'Do you have a desk lamp?';
const rate_hz = 48_000;

let shared;
function parts() {
  shared ??= (async () => {
    const recogniser = await start_recogniser({ candidates: [question] });
    const speaker = await start_speaker();
    const gateway = await start_gateway({
      voiceGreeting: greeting,
      sttBaseUrl: recogniser.url,
      ttsBaseUrl: speaker.url,
      streamPaceMs: 0,
    });
    // Asked again and again: it begins when the microphone is opened, and a call may take its time to begin.
    const folder = mkdtempSync(join(tmpdir(), 'shopbell-policies-'));
    const file = join(folder, 'microphone.wav');
    const { samples } = speak(question, { rate_hz });
    write_wav(file, { rate_hz, samples: joined(silence(3, rate_hz), samples, silence(2, rate_hz)) });
    const browsers = {};
    const browser_with = (...flags) =>
      (browsers[flags] ??= launch_browser({
        args: [
          ...['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
          ...[`--use-file-for-fake-audio-capture=${file}`, ...flags],
        ],
      }));
    const close = async () => {
      for (const browser of Object.values(browsers)) await (await browser).close();
      rmSync(folder, { recursive: true });
      await gateway.close();
      speaker.close();
      recogniser.close();
    };
    return { gateway, close, browser_with };
  })();
  return shared;
}
after(async () => (await shared)?.close());

const stub = { 'worker-url': '/shopbell-worker.js' };
const no_worker = { 'worker-url': 'none' };
const off = { wasm: 'off' };
const refused = 'script-src wasm-eval';

const cases = {
  'N: a blob: worker': { policy: 'N', way: 'blob', short: true },
  'N without WebAssembly': { policy: 'N', wasm: false, way: 'blob', reported: [refused] },
  'N without WebAssembly, and the tag says so': { policy: 'N', wasm: false, tag: off, way: 'blob' },
  'L: a worker of the shop': { policy: 'L', tag: stub, way: 'own' },
  'L: a worker of the shop, without WebAssembly': {
    ...{ policy: 'L', wasm: false, tag: stub, way: 'own', reported: [refused] },
    short: true,
  },
  'L: no worker': { policy: 'L', way: 'worklet', reported: ['worker-src blob'] },
  'L: no worker, and the tag says so': { policy: 'L', tag: no_worker, way: 'worklet' },
  'L: no worker, without WebAssembly, and the tag says so': {
    ...{ policy: 'L', wasm: false, tag: { ...no_worker, ...off }, way: 'worklet' },
    short: true,
  },
  'N on a page that has no WebAssembly': { policy: 'N', none: true, way: 'blob' },
  'L on a page that has no WebAssembly': { policy: 'L', none: true, tag: no_worker, way: 'worklet' },
};

async function call_up(t, { none, flags = [], ...options }) {
  const stage = stage_of(t);
  const { gateway, browser_with } = await parts();
  const tag = { backend: 'shopbell', voice: 'shopbell', ...options.tag };
  const script = none && (() => delete window.WebAssembly);
  const browser = await browser_with(...flags);
  const opened = await open_strict_page(stage, { gateway, browser, script, ...options, tag });
  await opened.shopper.open();
  await opened.shopper.click('mic');
  return opened;
}

for (const [what, { way, reported = [], short, ...options }] of Object.entries(cases)) {
  if (!long && !short) continue;
  test(what, limits, async (t) => {
    const { page, shopper, violations } = await call_up(t, options);
    await shopper.until_live();
    await shopper.until_said('agent', greeting);
    await shopper.until_said('self', question);
    await until(
      'an answer',
      async () => (await shopper.rows()).filter(({ author }) => author === 'agent')[1],
    );
    assert.equal(way_of(page), way, page.console_lines.map((line) => line.text).join('; '));
    const plain = options.wasm === false || options.none === true;
    assert.equal(
      files_of(page).some((file) => file.endsWith('.wasm')),
      !plain,
    );
    await shopper.click('hang-up');
    await shopper.until_call('away', ({ state }) => state === 'idle');
    assert.deepEqual(await violations(), reported);
    assert.deepEqual(page.page_errors, []);
  });
}

test('a browser that compiles nothing at all says so, and writing goes on', limits, async (t) => {
  const { shopper } = await call_up(t, { policy: 'N', flags: ['--js-flags=--jitless'] });
  const { note } = await shopper.until_call('failed', ({ state }) => state === 'failed', {
    timeout_ms: 30_000,
  });
  assert.ok(note.startsWith('This browser cannot make calls.'), note);
});
