// Whether the voice agent comes when it is called, and when it first speaks. The room is the doctor's own and is deleted (examine's end).
import { setTimeout as sleep } from 'node:timers/promises';
import { ParticipantInfo_Kind } from '@livekit/protocol';
import { said_by_api } from '../livekit/room.mjs';

const join_ms = 5_000;
const greeting_ms = 10_000;
const look_ms = 100;

/** @returns {Promise<{agent: object, ms: number} | undefined>} */
async function until(room, is_so, limit_ms, signal) {
  const begun_ms = performance.now();
  while (performance.now() - begun_ms < limit_ms && !signal.aborted) {
    const agent = (await room.participants()).find(({ kind }) => kind === ParticipantInfo_Kind.AGENT);
    if (agent && is_so(agent)) return { agent, ms: Math.round(performance.now() - begun_ms) };
    await sleep(look_ms);
  }
  return undefined;
}

export const agent = {
  name: 'agent',
  title: 'The voice agent',
  limit_s: 30,
  async run(shop, tell) {
    if (!shop.livekit_url) return tell.passed_over('no LiveKit in this tag, and no --livekit-url');
    const { room, options } = shop;
    if (!room) return tell.passed_over('asked only with --api-key and --api-secret');
    if (!shop.signal)
      return tell.unknown('nobody could join a room', 'Put "LiveKit’s signalling" right first.');
    const name = options.agent ?? 'amara';
    try {
      await room.dispatch(name);
      const joined = await until(room, () => true, join_ms, tell.signal);
      if (!joined)
        return tell.finding(
          'agent-missing',
          `No agent came within ${join_ms / 1_000} s after "${name}" was called.`,
          `Start it (npm run agent), and look whether it is registered under this name at this server (--agent NAME, LIVEKIT_AGENT_NAME).`,
        );
      tell.well(`${joined.agent.identity} joined after ${joined.ms} ms`);
      const spoke = await until(
        room,
        ({ attributes }) => attributes['lk.agent.state'] === 'speaking',
        greeting_ms,
        tell.signal,
      );
      if (spoke) tell.well(`its greeting began after ${joined.ms + spoke.ms} ms`);
      else tell.well('its greeting was not seen: it may wait for a microphone, which the doctor has not');
    } catch (error) {
      tell.finding(
        'livekit-api',
        `LiveKit's API does not answer: ${said_by_api(error)}.`,
        'Send /twirp to LiveKit’s port too, and use the key of this server.',
      );
    }
  },
};
