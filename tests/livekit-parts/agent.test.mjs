// The scripted agent's other manners: what a widget's tests will order of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { start_livekit_agent } from '../rig/livekit/agent.mjs';
import { open_plain_page, page_browser_args } from '../rig/livekit/page.mjs';
import { start_livekit_server } from '../rig/livekit/server.mjs';
import { joined, rms, silence } from '../rig/sound/dsp.mjs';
import { speak } from '../rig/sound/speech.mjs';
import { stage_of } from '../rig/suite.mjs';
import { open_chromium } from '../rig/voice_call.mjs';
import { sleep, until } from '../rig/widget.mjs';
import { needs_livekit, new_room } from './parts.mjs';

const rate_hz = 48_000;
const words = speak('Stop, please.', { rate_hz }).samples;
const long_text = 'One two three four five six seven eight nine ten eleven twelve. '.repeat(3);

async function set_up(t, agent_options, samples) {
  const stage = stage_of(t);
  const server = await start_livekit_server();
  stage.defer(server.close);
  const room = new_room();
  const agent = await start_livekit_agent(server, { room, ...agent_options });
  stage.defer(agent.close);
  const page = await open_plain_page(
    stage,
    await open_chromium(stage, { rate_hz, samples }, page_browser_args),
  );
  const join = async (options) =>
    page.join(server.url, await server.token({ identity: 'shopper', room }), options);
  return { agent, page, join };
}

test(
  'speaking interrupts it, and only what was said of its words is in its transcript; then it answers with a tone',
  await needs_livekit(),
  async (t) => {
    const { agent, page, join } = await set_up(
      t,
      { greeting: long_text, interruptible: true, after_speech: { tone_ms: 300 } },
      joined(silence(3, rate_hz), words, silence(0.5, rate_hz)),
    );
    await join();
    const { text, at_ms } = await agent.until('interrupted');
    assert.ok(text.length > 3 && text.length < long_text.length, text);
    const { at_ms: ended_at_ms } = await agent.until('speech_ended');
    await agent.until('sounded');
    const loud_ms = async () => (await page.loud({ since_ms: ended_at_ms })).ms;
    await until('the tone is heard', async () => (await loud_ms()) > 200, { seen: loud_ms });
    await sleep(500);
    assert.ok((await loud_ms()) < 500, `a tone of 300 ms: ${await loud_ms()} ms`);
    const between = await page.loud({ since_ms: at_ms + 400 });
    assert.ok(between.from_ms >= ended_at_ms, 'silent from the interruption to the tone');
    const [stream] = await page.told('stream');
    assert.equal(stream.parts.join(''), text);
    assert.equal(stream.end['lk.transcription_final'], 'true');
  },
);

test(
  'it calls methods of the page, hears that a microphone is muted, and gets what was said before the room',
  await needs_livekit(),
  async (t) => {
    const { agent, page, join } = await set_up(
      t,
      { greeting: null },
      joined(words, silence(1, rate_hz), words),
    );
    await join({ methods: { cart: '[{"sku":"PS5"}]' }, early: true });
    assert.equal(await agent.rpc('shopper', 'cart', {}), '[{"sku":"PS5"}]');
    await assert.rejects(agent.rpc('shopper', 'checkout', {}), /not supported/i);
    // LiveKit's client sometimes misses that somebody listens, and then sends after ten seconds.
    const early = await agent.until('pre_connect_audio', { timeout_ms: 25_000 });
    assert.ok(early.bytes.length > 500, `bytes: ${early.bytes.length}`);
    assert.deepEqual(Object.keys(early.attributes).sort(), ['channels', 'sampleRate', 'trackId']);
    await agent.until('speech_ended');
    await page.mute(true);
    await agent.until('muted');
    await page.mute(false);
    await agent.until('unmuted');
    const { samples } = await agent.heard_sound();
    assert.ok(rms(samples) > 0.005, `what it heard is kept: ${samples.length} samples, ${rms(samples)}`);
  },
);
