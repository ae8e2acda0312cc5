// What the files of tests/livekit-parts share.
import { browser_missing } from '../rig/browsers/browser.mjs';
import { livekit_agent_missing } from '../rig/livekit/agent.mjs';
import { livekit_missing } from '../rig/livekit/server.mjs';

/** `{skip}` for node:test. `own`: a server that the test kills, or stands before. */
export const needs_livekit = async ({ own = false } = {}) => ({
  skip: livekit_missing({ own }) ?? livekit_agent_missing() ?? (await browser_missing()) ?? false,
  timeout: 60_000,
});

let last_room = 0;
/** Of this process and this moment: a server elsewhere has rooms of others. */
export const new_room = () => `shopbell-${process.pid}-${Date.now()}-${(last_room += 1)}`;
