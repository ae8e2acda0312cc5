// A real LiveKit server of a test's own, on loopback, and the gateway's settings for it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { cache_folder } from '../../../tools/lib/paths.mjs';
import { free_port, until_listening } from '../../rig/network/ports.mjs';

const version = 'v1.13.5';
const key = 'test';
export const secret = 'not-a-secret-of-anything-but-a-loopback-test';

const program = [
  path.join(cache_folder, 'rivals', `livekit-server-${version}`, 'server'),
  ...(process.env.PATH ?? '').split(':').map((folder) => path.join(folder, 'livekit-server')),
].find((file) => existsSync(file));

/** For a test that needs it: skipped with the reason where it is not there. */
export const livekitMissing = program
  ? false
  : `LiveKit's server is not here: put livekit-server ${version} on PATH, or run npm run bench -- reconnect once`;

export const settingsFor = (port) => ({
  livekitUrl: `ws://127.0.0.1:${port}`,
  livekitApiKey: key,
  livekitApiSecret: secret,
});

/** @returns {Promise<{port: number, settings: object, kill: () => Promise<void>}>} it ends with its test at the latest */
export async function livekitServer(t, port = undefined) {
  port ??= await free_port();
  const config = {
    port,
    bind_addresses: ['127.0.0.1'],
    keys: { [key]: secret },
    rtc: {
      ...{ tcp_port: 0, port_range_start: 0, udp_port: port },
      ...{ node_ip: '127.0.0.1', enable_loopback_candidate: true },
    },
    logging: { level: 'error' },
  };
  const child = spawn(program, ['--config-body', JSON.stringify(config)], { stdio: 'ignore' });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const kill = () => {
    child.kill('SIGKILL');
    return exited;
  };
  t.after(kill);
  await until_listening(port);
  return { port, settings: settingsFor(port), kill };
}
