// A call in a room of the real LiveKit server, out of a shop's page: what a shopper sees and hears, and what the server sees of him.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open_livekit_call } from '../rig/livekit/call.mjs';
import { stage_of } from '../rig/suite.mjs';
import { until } from '../rig/widget.mjs';
import { needs_livekit } from '../livekit-parts/parts.mjs';

test(
  'one press joins the room; the greeting is heard and read; mute keeps the room, hanging up leaves it',
  await needs_livekit(),
  async (t) => {
    const stage = stage_of(t);
    const { server, shopper, page, ...call } = await open_livekit_call(stage);
    await shopper.click('mic');
    await shopper.until_live();
    const room = await call.room();
    const agent = await call.agent();
    await shopper.until_said('agent', 'Hello! How can I help you today?');
    const inside = await server.participants(room);
    assert.equal(inside.length, 2, 'the shopper and the agent');

    await agent.until('speech_ended');
    const heard = await agent.heard();
    assert.ok(heard.loud_ms > 1_000, `the agent hears the question: ${JSON.stringify(heard)}`);
    const me = inside.find(({ identity }) => identity !== agent.identity).identity;
    await agent.transcript(me, ['do you have', 'do you have games', 'Do you have games?']);
    await shopper.until_said('self', 'Do you have games?');
    await agent.data('tool-results', {
      type: 'product_results',
      products: [{ productId: 7, name: 'Astro Bot', permalink: 'https://shop.example/astro-bot' }],
    });
    await until('a card', () =>
      page.evaluate(() => /Astro Bot/.test(document.querySelector('shopbell-widget').shadowRoot.textContent)),
    );

    await shopper.click('mute');
    await agent.until('muted');
    assert.equal((await server.participants(room)).length, 2);
    await shopper.click('mute');
    await agent.until('unmuted');

    await shopper.click('hang-up');
    await until('an empty room', async () => (await server.participants(room)).length === 1);
    const lines = page.console_lines.map(({ text }) => text).join('\n');
    for (const line of ['[LiveKit] Connected', 'publishing track', '[Voice] Listening...'])
      assert.ok(lines.includes(line), `${line} in\n${lines}`);
    assert.ok(!/stopLiveKitVoiceMode|cannot publish track|WSServerHandshakeError/.test(lines), lines);
    assert.deepEqual(page.page_errors, []);
  },
);
