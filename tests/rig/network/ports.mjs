// Ports of this machine, as the kernel sees them.
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

export async function free_port() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const listens = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

/** @returns {Promise<number>} when it did, of the epoch */
export async function until_listening(port, limit_ms = 20_000) {
  const end_ms = Date.now() + limit_ms;
  while (!(await listens(port))) {
    if (Date.now() > end_ms) throw new Error(`nobody listens on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return Date.now();
}

const established = '01';

/** How many connections somebody holds open at this port: the listening side's, from the kernel's own table. */
export function open_at(port) {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  return lines.filter((line) => {
    const [, local, , state] = line.trim().split(/\s+/);
    return state === established && local?.endsWith(`:${hex}`);
  }).length;
}
