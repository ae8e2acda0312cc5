// Ports of this machine, as the kernel sees them.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
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

/** The sockets that a process holds, by the kernel's numbers of them. */
function sockets_of(pid) {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${name}`))?.[1] ?? [];
    } catch {
      return []; // closed meanwhile
    }
  });
}

/** Is this UDP port that process's? */
export function owns_udp_port(pid, port) {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  try {
    const sockets = new Set(sockets_of(pid));
    const lines = ['udp', 'udp6'].flatMap((name) =>
      readFileSync(`/proc/${pid}/net/${name}`, 'utf8').split('\n'),
    );
    return lines.some((line) => {
      const [, local, , , , , , , , inode] = line.trim().split(/\s+/);
      return local?.endsWith(`:${hex}`) && sockets.has(inode);
    });
  } catch {
    return false; // it has ended
  }
}
