// LiveKit's real server, its real client in Chromium and the scripted agent meet in a room, before any widget does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { start_livekit_agent } from '../rig/livekit/agent.mjs';
import { open_plain_page, page_browser_args } from '../rig/livekit/page.mjs';
import { start_livekit_server } from '../rig/livekit/server.mjs';
import { joined, silence } from '../rig/sound/dsp.mjs';
import { speak } from '../rig/sound/speech.mjs';
import { stage_of } from '../rig/suite.mjs';
import { open_chromium } from '../rig/voice_call.mjs';
import { until } from '../rig/widget.mjs';
import { needs_livekit, new_room } from './parts.mjs';

const rate_hz = 48_000;
const question = speak('Do you have games for the PlayStation five?', { rate_hz });
const microphone = { rate_hz, samples: joined(silence(1, rate_hz), question.samples) };
const question_ms = (1_000 * question.samples.length) / rate_hz;

test(
  'both hear each other, words come as LiveKit’s agents send them, and the room service counts two',
  await needs_livekit(),
  async (t) => {
    const stage = stage_of(t);
    const server = await start_livekit_server();
    stage.defer(server.close);
    const room = new_room();
    const agent = await start_livekit_agent(server, { room });
    stage.defer(agent.close);
    const page = await open_plain_page(stage, await open_chromium(stage, microphone, page_browser_args));
    await page.join(server.url, await server.token({ identity: 'shopper', room }));

    await agent.until('said');
    const greeting = await page.loud();
    assert.ok(
      greeting.ms > 900 && greeting.rms_max > 0.05,
      `the page hears the greeting: ${JSON.stringify(greeting)}`,
    );
    await agent.until('speech_ended');
    const heard = await agent.heard();
    assert.ok(
      heard.loud_ms > 0.5 * question_ms && heard.loud_ms < 1.1 * question_ms,
      `the agent hears a question of ${Math.round(question_ms)} ms: ${JSON.stringify(heard)}`,
    );

    await agent.transcript('shopper', ['do you have', 'do you have games', 'Do you have games?']);
    await agent.data('tool-results', { products: [{ name: 'Astro Bot' }] });
    await page.chat('Where are you?');
    await agent.until('said', { count: 2 });

    const streams = await until('five streams', async () => {
      const told = await page.told('stream');
      return told.length >= 5 && told;
    });
    const [first, second] = streams.filter(({ identity }) => identity === agent.identity);
    assert.equal(first.parts.join(''), 'Hello! How can I help you today?');
    assert.ok(first.parts.length > 3, 'the words come as they are spoken');
    assert.equal(first.head['lk.transcription_final'], 'false');
    assert.equal(first.end['lk.transcription_final'], 'true');
    assert.equal(second.parts.join(''), 'You said: Where are you?');
    assert.notEqual(first.head['lk.segment_id'], second.head['lk.segment_id']);
    const asked = streams.filter(({ identity }) => identity === 'shopper');
    assert.deepEqual(
      asked.map(({ parts, head }) => [parts.join(''), head['lk.transcription_final']]),
      [
        ['do you have', 'false'],
        ['do you have games', 'false'],
        ['Do you have games?', 'true'],
      ],
    );
    assert.equal(new Set(asked.map(({ head }) => head['lk.segment_id'])).size, 1);
    assert.ok(asked.every(({ head }) => /^TR_/.test(head['lk.transcribed_track_id'])));

    const legacy = await page.told('legacy');
    for (const { head, parts } of [first, asked[2]]) {
      const packets = legacy.filter(({ id }) => id === head['lk.segment_id']);
      assert.deepEqual([packets.at(-1).text, packets.at(-1).final], [parts.join(''), true]);
    }
    assert.deepEqual(
      (await page.told('data')).map(({ topic, text }) => [topic, JSON.parse(text).products[0].name]),
      [['tool-results', 'Astro Bot']],
    );
    const states = (await page.told('attributes')).map(({ changed }) => changed['lk.agent.state']);
    assert.deepEqual([states.includes('speaking'), states.at(-1)], [true, 'listening']);

    const people = await server.participants(room);
    assert.deepEqual(people.map(({ identity, kind }) => [identity, kind]).sort(), [
      [agent.identity, 4],
      ['shopper', 0],
    ]);
    assert.ok((await server.rooms()).includes(room));
    assert.deepEqual(await server.zombies(room, ['shopper', agent.identity]), []);
    assert.deepEqual(await server.zombies(room, ['shopper']), [agent.identity]);
  },
);
