// Calls over LiveKit, where it is configured: without that, nothing of its library is loaded.
import { livekitMissing } from '../settings/livekit_settings.mjs';

/**
 * @param {{config: object, store: object, spending: object, rooms: import('./rooms.mjs').Rooms, metrics: object, log: object, now: () => number}} parts
 * @returns {Promise<import('./livekit.mjs').Livekit|{missing: string[], callCount: 0, addressOf(): '', stop(): Promise<void>}>}
 */
export async function makeLivekit(parts) {
  const missing = livekitMissing(parts.config);
  if (missing.length > 0) return { missing, callCount: 0, addressOf: () => '', stop: async () => {} };
  const { Livekit } = await import('./livekit.mjs');
  return new Livekit(parts);
}
