// The relay before LiveKit's UDP port: all of a call's media passes it, and what is asked of it is what the call gets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { start_livekit_agent } from '../rig/livekit/agent.mjs';
import { open_plain_page, page_browser_args } from '../rig/livekit/page.mjs';
import { start_livekit_relay } from '../rig/livekit/relay.mjs';
import { relay_address, start_livekit_server } from '../rig/livekit/server.mjs';
import { sum_of } from '../rig/network/udp_relay.mjs';
import { stage_of } from '../rig/suite.mjs';
import { open_chromium } from '../rig/voice_call.mjs';
import { sleep, until } from '../rig/widget.mjs';
import { needs_livekit, new_room } from './parts.mjs';

const rate_hz = 48_000;
const tone = Float32Array.from(
  { length: 30 * rate_hz },
  (_, i) => 0.3 * Math.sin((2 * Math.PI * 300 * i) / rate_hz),
);
const long_text = 'One two three four five six seven eight nine ten. '.repeat(6);

const less = (after, before) =>
  Object.fromEntries(Object.keys(after).map((name) => [name, after[name] - before[name]]));

test(
  'loss, delay and cuts of the relay are what the call gets, and nothing finds a way past it',
  await needs_livekit({ own: true }),
  async (t) => {
    const stage = stage_of(t);
    const server = await start_livekit_server({ relay: true });
    stage.defer(server.close);
    const relay = await start_livekit_relay(server);
    stage.defer(relay.close);
    const room = new_room();
    const agent = await start_livekit_agent(server, { room, greeting: null });
    stage.defer(agent.close);
    await relay.spare(agent.pid);
    const browser = await open_chromium(stage, { rate_hz, samples: tone }, page_browser_args);
    const page = await open_plain_page(stage, browser);
    await page.join(server.url, await server.token({ identity: 'shopper', room }), { early: true });
    await agent.until('speech_began');

    await relay.shape({ loss: 0.1, delay_ms: 100 });
    const said = agent.say(long_text);
    await until('the agent is heard', async () => (await page.loud()).ms > 0);
    const before = { way: await page.way(), heard: await agent.heard() };
    const up_before = sum_of(await relay.flows(), 'up');
    await sleep(8_000);
    const after = { way: await page.way(), heard: await agent.heard() };
    const up = less(sum_of(await relay.flows(), 'up'), up_before);
    const way = less(after.way, before.way);
    const heard_loss = way.lost / (way.lost + way.received);
    const figures = JSON.stringify({ up, way: after.way, heard_loss });
    assert.ok(
      way.received > 150 && heard_loss > 0.04 && heard_loss < 0.2,
      `a tenth of what the page gets is lost: ${figures}`,
    );
    const up_loss = up.lost / (up.lost + up.passed);
    assert.ok(up_loss > 0.05 && up_loss < 0.17, `a tenth of what the page sends is lost: ${figures}`);
    const { round_trip_ms } = after.way;
    assert.ok(round_trip_ms >= 200 && round_trip_ms < 300, `there and back in 200 ms: ${figures}`);
    const frames_ms = after.heard.frames_ms - before.heard.frames_ms;
    assert.ok(frames_ms > 6_500, `the agent goes on hearing: ${frames_ms} ms in 8 s`);

    await relay.shape();
    await sleep(500);
    const cut_at_ms = Date.now();
    await relay.cut(2_000);
    await sleep(4_000);
    // What an ear makes up for lost packets is silent after some tenths of a second.
    const { spells } = await agent.heard();
    const quiet_ms = Math.max(
      ...spells.filter(({ to_ms }) => to_ms > cut_at_ms).map(({ after_silence_ms }) => after_silence_ms),
    );
    assert.ok(quiet_ms > 1_500 && quiet_ms < 2_500, `quiet for the cut's two seconds: ${quiet_ms} ms`);
    assert.ok(sum_of(await relay.flows(), 'up').cut > 50);
    // The page's microphone was open before there was a room, so its own addresses are known to the server. What that would find by
    // itself is a way past the relay, taken as soon as the relay's is worse.
    assert.deepEqual((await page.way()).known, [`host ${relay_address}:${server.udp_port}`]);
    await agent.interrupt();
    assert.equal((await said).interrupted, true);
  },
);
