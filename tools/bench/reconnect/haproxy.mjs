// A real HAProxy before the gateway, as a shop has it: its own defaults, nothing tuned for us but the long tunnel that WebSockets need.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start_on_leash } from '../../../tests/rig/leash.mjs';
import { free_port, until_listening } from '../../../tests/rig/network/ports.mjs';

const program = '/usr/sbin/haproxy';

/** Why there is none here, or undefined. */
export const haproxy_missing = () =>
  existsSync(program) ? undefined : 'HAProxy is missing: tools/setup installs it';

const config = (port, target) => `
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
listen shop
  bind 127.0.0.1:${port}
  server gateway 127.0.0.1:${target}
`;

/** @param {number} target  the gateway's port */
export async function start_haproxy(target) {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-haproxy-'));
  const file = join(folder, 'haproxy.cfg');
  const port = await free_port();
  writeFileSync(file, config(port, target));
  let running;
  const start = async () => {
    running = start_on_leash([program, '-db', '-q', '-f', file]);
    await until_listening(port);
  };
  const stop = () => running.close();
  await start();
  return {
    port,
    stop,
    start,
    async close() {
      await stop();
      rmSync(folder, { recursive: true });
    },
  };
}
