// A PulseAudio of its own for a test: null sinks as microphones and speakers, at any rate. Nothing of the machine's own sound is
// touched: the server has its own socket, runtime folder and state, and ends with the test.
//
// A microphone is a null sink that the test plays a file into, and a source made of its monitor. The source is needed because
// browsers do not offer monitors as microphones.
import { execFile, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { start_on_leash } from '../leash.mjs';
import { write_wav } from './wav.mjs';
import { sleep } from '../widget.mjs';

const run = promisify(execFile);

/** Why no test with sound devices can run here, or undefined. */
export function pulse_missing() {
  for (const name of ['pulseaudio', 'pactl', 'parec', 'paplay']) {
    try {
      accessSync(`/usr/bin/${name}`, constants.X_OK);
    } catch {
      return `${name} is missing: tools/setup installs it`;
    }
  }
  return undefined;
}

/** Sound that arrives while it is recorded; there is always some, if only silence. */
async function start_recording(env, sink, rate_hz) {
  const child = spawn(
    'parec',
    [
      `--device=${sink}.monitor`,
      '--raw',
      '--format=float32le',
      `--rate=${rate_hz}`,
      '--channels=1',
      '--latency-msec=20',
    ],
    { env, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const pieces = [];
  let first_ms;
  child.stdout.on('data', (piece) => {
    first_ms ??= Date.now();
    pieces.push(piece);
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  while (first_ms === undefined && child.exitCode === null) await sleep(10);
  return {
    /** When the first sound arrived here. */
    first_ms: () => first_ms,
    /** What was heard so far. @returns {import('./wav.mjs').Sound} */
    heard() {
      const bytes = Buffer.concat(pieces);
      const samples = new Float32Array(Math.floor(bytes.length / 4));
      for (let i = 0; i < samples.length; i += 1) samples[i] = bytes.readFloatLE(4 * i);
      return { rate_hz, samples };
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
      return this.heard();
    },
  };
}

export async function start_pulse() {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-pulse-'));
  const socket = join(folder, 'native');
  const cookie = join(folder, 'cookie');
  writeFileSync(cookie, Buffer.alloc(256));
  /** What a program needs to use these devices and no others. */
  const only_env = {
    PULSE_SERVER: `unix:${socket}`,
    PULSE_RUNTIME_PATH: folder,
    PULSE_STATE_PATH: folder,
    PULSE_COOKIE: cookie,
  };
  const env = { ...process.env, ...only_env };
  const server = start_on_leash(
    [
      ...['pulseaudio', '-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1'],
      // Root has no session and no real-time rights in a container; neither is needed for null sinks.
      ...['--disable-shm=yes', '--realtime=no', '--high-priority=no', '--log-level=error'],
      ...['-L', `module-native-protocol-unix auth-anonymous=1 socket=${socket}`],
    ],
    { env: { ...only_env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/dev/null' } },
  );
  const until_there = performance.now() + 10_000;
  while (!existsSync(socket)) {
    if (!server.running() || performance.now() > until_there)
      throw new Error(`pulseaudio does not start: ${server.output()}`);
    await sleep(20);
  }
  const pactl = async (...args) => (await run('pactl', args, { env })).stdout.trim();
  const load = (module, settings) =>
    pactl('load-module', module, ...Object.entries(settings).map(([name, value]) => `${name}=${value}`));
  const unload = async (modules) => {
    for (const module of modules.reverse()) await pactl('unload-module', module).catch(() => {});
  };
  const players = new Set();

  const null_sink = (name, rate_hz, channels) =>
    load('module-null-sink', {
      sink_name: name,
      rate: rate_hz,
      channels,
      sink_properties: `device.description=${name}`,
    });

  return {
    env: only_env,
    pactl,
    /** Adds a microphone and makes it the default one. */
    async add_microphone({ name = 'microphone', rate_hz = 48_000, channels = 1 } = {}) {
      const line = `${name}_line`;
      const modules = [await null_sink(line, rate_hz, channels)];
      modules.push(
        await load('module-remap-source', {
          master: `${line}.monitor`,
          source_name: name,
          source_properties: `device.description=${name}`,
        }),
      );
      await pactl('set-default-source', name);
      return {
        name,
        rate_hz,
        /** Speaks into it; resolves at the end of the sound, with when it began. */
        async play(sound) {
          const file = join(folder, `${name}-${players.size}-${Date.now()}.wav`);
          write_wav(file, sound);
          const started_ms = Date.now();
          const player = spawn('paplay', [`--device=${line}`, '--latency-msec=50', file], {
            env,
            stdio: 'ignore',
          });
          players.add(player);
          await new Promise((resolve) => player.once('close', resolve));
          players.delete(player);
          rmSync(file, { force: true });
          return started_ms;
        },
        /** Pulls the plug. */
        unplug: () => unload(modules),
      };
    },
    /** Adds a speaker and makes it the default one. */
    async add_speaker({ name = 'speaker', rate_hz = 48_000, channels = 2 } = {}) {
      const modules = [await null_sink(name, rate_hz, channels)];
      await pactl('set-default-sink', name);
      return {
        name,
        rate_hz,
        record: () => start_recording(env, name, rate_hz),
        unplug: () => unload(modules),
      };
    },
    async close() {
      for (const player of players) player.kill('SIGKILL');
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
