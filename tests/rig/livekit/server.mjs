// LiveKit's real server for a test: own ports on loopback, own keys, and what its room service says of who is there. Where LIVEKIT_URL names
// a server (with LIVEKIT_API_KEY and LIVEKIT_API_SECRET), that one is used; it cannot be killed, and nothing stands before its UDP port.
import { createSocket } from 'node:dgram';
import {
  livekit_elsewhere,
  livekit_program,
  livekit_program_missing,
} from '../../../tools/setup/livekit.mjs';
import { start_on_leash } from '../leash.mjs';
import { free_port } from '../network/ports.mjs';
import { until } from '../widget.mjs';
import { RoomWatch } from './room_watch.mjs';

export const own_keys = { key: 'shopbell-tests', secret: 'not-a-secret-of-anything-but-a-loopback-test' };
const start_limit_ms = 30_000;

/** Where the server's own UDP socket is, and where a relay's is that stands before it: the kernel has all of 127.0.0.0/8. */
export const own_address = '127.0.0.1';
export const relay_address = '127.0.0.2';

/** Chromium gathers no loopback candidates by itself. */
export const livekit_browser_args = ['--allow-loopback-in-peer-connection'];

/** Why no LiveKit server can be had here, or undefined. `own`: it must be one that can be killed, or have a relay before it. */
export function livekit_missing({ own = false } = {}) {
  const elsewhere = livekit_elsewhere();
  if (!elsewhere) return livekit_program_missing();
  if (own) return 'LIVEKIT_URL names a server elsewhere, which no test may kill or stand before';
  if (elsewhere.key && elsewhere.secret) return undefined;
  return 'LIVEKIT_URL names a server, but LIVEKIT_API_KEY and LIVEKIT_API_SECRET do not both say how to reach it';
}

const can_bind = (port, address) =>
  new Promise((resolve) => {
    const socket = createSocket('udp4').once('error', () => resolve(false));
    socket.bind(port, address, () => socket.close(() => resolve(true)));
  });

/** Free by UDP at the server's address and at the relay's. */
async function free_udp_port() {
  for (;;) {
    const port = await free_port();
    if ((await can_bind(port, own_address)) && (await can_bind(port, relay_address))) return port;
  }
}

/**
 * With a relay, the candidate is the relay's address with the server's own port. A full ICE agent would try the page's addresses by itself
 * and find a way past the relay; a lite one answers where it is asked.
 */
const config_of = ({ port, udp_port, tcp_port, relay, keys }) => ({
  port,
  bind_addresses: [own_address],
  keys: { [keys.key]: keys.secret },
  rtc: {
    udp_port,
    tcp_port,
    port_range_start: 0,
    port_range_end: 0,
    ips: { includes: [`${own_address}/32`] },
    enable_loopback_candidate: true,
    node_ip: relay ? relay_address : own_address,
    use_ice_lite: relay,
  },
  logging: { level: 'info', json: true },
});

/** A shell says its id and becomes the server: what is killed then is the server itself. */
const with_pid = ['/bin/sh', '-c', 'echo "pid $$" && exec "$@"', 'livekit-server'];

async function start_process(config) {
  const child = start_on_leash([...with_pid, livekit_program(), '--config-body', JSON.stringify(config)], {
    output_chars_max: 2_000_000,
  });
  const url = `http://${own_address}:${config.port}`;
  const answers = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  try {
    await until('an answer of livekit-server', async () => (await answers()) || !child.running(), {
      ...{ timeout_ms: start_limit_ms, interval_ms: 10 },
    });
    if (!child.running()) throw new Error('it ended');
  } catch (error) {
    await child.close();
    throw new Error(`livekit-server: not started, ${error.message}\n${child.output()}`);
  }
  return { child, pid: Number(/^pid (\d+)$/m.exec(child.output())[1]) };
}

/**
 * @param {object} options
 * @param {boolean} [options.relay]  its media is reached at relay_address only, where start_livekit_relay stands
 * @param {boolean} [options.tcp]    media may go by TCP, too
 * @param {object} [options.config]  of the server, over what is said here
 */
export async function start_livekit_server({ relay = false, tcp = false, config: changed = {} } = {}) {
  const elsewhere = livekit_elsewhere();
  if (elsewhere) return { ...elsewhere, ...new RoomWatch(elsewhere).methods(), is_ours: false, close() {} };
  const keys = own_keys;
  const port = await free_port();
  const udp_port = await free_udp_port();
  const tcp_port = tcp ? await free_port() : 0;
  const config = { ...config_of({ port, udp_port, tcp_port, relay, keys }), ...changed };
  let running = await start_process(config);
  const earlier = [];
  // An end that no test asked for is the reason for whatever fails next, so it is said at once.
  let expected_end = false;
  const watch = ({ child }) =>
    child.ended.then((code) => {
      if (!expected_end)
        process.stderr.write(
          `rig: livekit-server ended by itself (${code})\n${child.output().slice(-4_000)}\n`,
        );
    });
  watch(running);
  const url = `ws://${own_address}:${port}`;

  return {
    ...{ url, port, udp_port, tcp_port, is_ours: true, ...keys },
    ...new RoomWatch({ url, ...keys }).methods(),
    pid: () => running.pid,
    /** All that it said, those before a restart first; a line of JSON each. */
    log: () => [...earlier, running.child.output()].join(''),
    /** A power cut. */
    async kill() {
      expected_end = true;
      process.kill(running.pid, 'SIGKILL');
      await running.child.ended;
      earlier.push(running.child.output());
    },
    /** Starts it again on the same ports. It knows no room of before. */
    async restart() {
      running = await start_process(config);
      expected_end = false;
      watch(running);
    },
    async close() {
      expected_end = true;
      await running.child.close();
    },
  };
}
