// The gateway's settings for the real LiveKit server of the rig, or for one that is nowhere.
import { livekit_missing, own_keys, start_livekit_server } from '../../rig/livekit/server.mjs';

export const { key, secret } = own_keys;

/** For a test that needs the real one, which it may kill: skipped with the reason where it is not there. */
export const livekitMissing = livekit_missing({ own: true }) ?? false;

/** @param {{url: string, key: string, secret: string}} server */
const settingsOf = ({ url, key, secret }) => ({
  livekitUrl: url,
  livekitApiKey: key,
  livekitApiSecret: secret,
});

/** Of a server that nobody asks. */
export const settingsAlone = settingsOf({ url: 'ws://127.0.0.1:1', ...own_keys });

/** It ends with its test at the latest. */
export async function livekitServer(t) {
  const server = await start_livekit_server();
  t.after(server.close);
  return { ...server, settings: settingsOf(server) };
}
