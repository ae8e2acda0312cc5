// What is killed is gone as after a power cut, comes back on its ports, and the room service tells who is really there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { start_livekit_agent } from '../rig/livekit/agent.mjs';
import { open_plain_page, page_browser_args } from '../rig/livekit/page.mjs';
import { start_livekit_server } from '../rig/livekit/server.mjs';
import { start_tcp_proxy } from '../rig/network/tcp_proxy.mjs';
import { silence } from '../rig/sound/dsp.mjs';
import { stage_of } from '../rig/suite.mjs';
import { open_chromium } from '../rig/voice_call.mjs';
import { until } from '../rig/widget.mjs';
import { needs_livekit, new_room } from './parts.mjs';

const quiet = { rate_hz: 48_000, samples: silence(1, 48_000) };

test(
  'the server is killed and restarted on its ports: both come back and are heard, without a zombie',
  await needs_livekit({ own: true }),
  async (t) => {
    const stage = stage_of(t);
    const server = await start_livekit_server();
    stage.defer(server.close);
    const signal = await start_tcp_proxy(server.port);
    stage.defer(signal.close);
    const room = new_room();
    const agent = await start_livekit_agent(server, { room, greeting: null, rejoins: true });
    stage.defer(agent.close);
    const page = await open_plain_page(stage, await open_chromium(stage, quiet, page_browser_args));
    await page.join(`ws://127.0.0.1:${signal.port}`, await server.token({ identity: 'shopper', room }));
    const { url, udp_port } = server;
    const first_pid = server.pid();

    await server.kill();
    await assert.rejects(server.rooms(), 'nobody answers');
    assert.throws(() => process.kill(first_pid, 0), { code: 'ESRCH' });
    await server.restart();
    assert.deepEqual([server.url, server.udp_port], [url, udp_port]);
    const names = async () => (await server.participants(room)).map(({ identity }) => identity).sort();
    await until('both are back', async () => (await names()).join() === `${agent.identity},shopper`, {
      ...{ timeout_ms: 40_000, seen: names },
    });
    const since_ms = Date.now();
    await until(
      'the agent is heard',
      async () => {
        await agent.say('I am back.').catch(() => {});
        return (await page.loud({ since_ms })).ms > 200;
      },
      { timeout_ms: 20_000 },
    );
    assert.deepEqual(await server.zombies(room, ['shopper', agent.identity]), []);
    assert.equal(server.log().match(/starting LiveKit server/g).length, 2);
  },
);

test(
  'an agent that is killed stays in the room as a zombie until the server misses it',
  await needs_livekit(),
  async (t) => {
    const stage = stage_of(t);
    const server = await start_livekit_server();
    stage.defer(server.close);
    const room = new_room();
    const agent = await start_livekit_agent(server, { room });
    stage.defer(agent.close);
    await agent.kill();
    assert.deepEqual(await server.zombies(room, []), [agent.identity]);
    const again = await start_livekit_agent(server, { room, identity: agent.identity });
    stage.defer(again.close);
    assert.deepEqual(await server.zombies(room, [agent.identity]), [], 'the same identity takes its place');
    const other = await start_livekit_agent(server, { room, identity: 'agent-other' });
    await other.close();
    await until(
      'nobody but the first',
      async () => (await server.zombies(room, [agent.identity])).length === 0,
    );
  },
);
