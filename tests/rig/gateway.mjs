// Starts the real gateway for a test: own process, own data folder, free port.
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const own_checkout = fileURLToPath(new URL('../../', import.meta.url));
// Where older releases have theirs: it stays there.
const child_file = (checkout) => join(checkout, 'tests/rig/gateway_child.mjs');
const gateway_file = new URL('../../tools/gateway/main.mjs', import.meta.url);
const widget_file = new URL('../../dist/dev/shopbell.js', import.meta.url);
const start_limit_ms = 20_000;

/** Why the widget cannot be tested against the gateway here, or undefined. */
export function gateway_missing() {
  if (!existsSync(gateway_file)) return 'the gateway is not there (tools/gateway/main.mjs)';
  if (!existsSync(widget_file)) return 'the widget is not built (dist/dev/shopbell.js): npm run build';
  return undefined;
}

// Limits far away: a row that is about limits sets its own.
const test_options = {
  port: 0,
  logLevel: 'warn',
  streamPaceMs: 5,
  ipRequestsPerMinute: 100_000,
  sessionTurnsPerHour: 100_000,
  dailyTokensMax: 0,
  recordRequests: true,
};
// Every page of a test comes from one address. Gateways of older releases do not know of these.
const no_cost_limits = {
  ...{ addressRecognitionSecondsPerHour: 0, addressSpeechSecondsPerHour: 0, addressVoiceTurnsPerHour: 0 },
  ...{ dailyRecognitionSecondsMax: 0, dailySpeechSecondsMax: 0, dailyVoiceTurnsMax: 0 },
  ...{ callRecognitionSecondsMax: 0, callSpeechSecondsMax: 0, callTurnsMax: 0 },
  ...{ addressModelRequestsPerHour: 0, addressStoredBytesPerHour: 0 },
  ...{ dailyLivekitMinutesMax: 0 },
  ...{ callsMax: 0, callsPerAddress: 0, callsPerAddressPerHour: 0 },
};

function start_child(checkout, options) {
  const child = fork(child_file(checkout), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const started = new Promise((resolve, reject) => {
    const limit = setTimeout(
      () => reject(new Error(`gateway: not started after ${start_limit_ms} ms\n${output}`)),
      start_limit_ms,
    );
    child.on('message', (message) => {
      if (message.started) resolve(message.started);
      if (message.failed) reject(new Error(`gateway: ${message.failed}`));
      if (message.started || message.failed) clearTimeout(limit);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(limit);
      reject(new Error(`gateway: ended with ${code ?? signal}\n${output}`));
    });
  });
  child.send({ start: options });
  return { child, started, output: () => output };
}

const ended = (child) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', resolve));

/** What the gateway's process says about itself. */
const ask = (child, name) =>
  new Promise((resolve, reject) => {
    if (!child.connected) throw new Error('the gateway is not running');
    const on_message = (message) => {
      if (!message[name]) return;
      child.off('message', on_message);
      resolve(message[name]);
    };
    child.on('message', on_message);
    child.send({ ask: name }, (error) => error && reject(error));
  });

/**
 * @param {object} options  options of startGateway, over the defaults above; `checkout`: of another version, built there
 */
export async function start_gateway({ checkout = own_checkout, ...options } = {}) {
  const data_dir = mkdtempSync(join(tmpdir(), 'shopbell-gateway-'));
  const unbounded = checkout === own_checkout ? no_cost_limits : {};
  const wanted = { ...test_options, ...unbounded, dataDir: data_dir, ...options };
  let running = start_child(checkout, wanted);
  // An end that no test asked for is the reason for whatever fails next, so it is said at once.
  let expected_end = false;
  const watch = ({ child, output }) =>
    child.once('exit', (code, signal) => {
      if (!expected_end)
        process.stderr.write(`rig: the gateway ended by itself (${code ?? signal})\n${output()}\n`);
    });
  const { url, port } = await running.started;
  watch(running);

  return {
    url,
    port,
    data_dir,
    output: () => running.output(),
    /** The gateway's own request log, as it stands. It lives in the process and ends with it. */
    requests: () => ask(running.child, 'requests'),
    /** Its participant log: {at_ms, what, call, …}, such as `call joined` and `track muted`. */
    calls: () => ask(running.child, 'calls'),
    /** A power cut: no handler of the gateway runs. */
    async kill() {
      expected_end = true;
      running.child.kill('SIGKILL');
      await ended(running.child);
    },
    /** Starts it again on the same port and data. */
    async restart(changed = {}) {
      running = start_child(checkout, { ...wanted, port, ...changed });
      await running.started;
      expected_end = false;
      watch(running);
    },
    async close() {
      expected_end = true;
      if (running.child.connected) running.child.send({ close: true }, () => {});
      const limit = setTimeout(() => running.child.kill('SIGKILL'), 5_000);
      await ended(running.child);
      clearTimeout(limit);
      rmSync(data_dir, { recursive: true, force: true });
    },
  };
}
