// Starts a real AG-UI agent for a test: own process, free port, no key and no network. What it says follows from the last user message, by
// the scripts of server.py.
import { fileURLToPath } from 'node:url';
import { agents, environment_folder, environment_is_there, python_of } from '../../../tools/setup/python.mjs';
import { start_on_leash } from '../leash.mjs';

const server_file = fileURLToPath(new URL('server.py', import.meta.url));
// A cold disk reads some thousand files of Python before the first line.
const start_limit_ms = 60_000;

/** Why no AG-UI agent can be started here, or undefined. */
export function agui_missing() {
  if (environment_is_there(agents)) return undefined;
  return "the AG-UI agent's Python packages are missing: tools/setup installs them";
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @returns {Promise<{port: number, pid: number}>} its first line */
async function until_ready(server) {
  const end_ms = Date.now() + start_limit_ms;
  for (;;) {
    const line = /^\{"port".*\}$/m.exec(server.output())?.[0];
    if (line) return JSON.parse(line);
    const why = !server.running() ? 'it ended' : Date.now() > end_ms ? `not after ${start_limit_ms} ms` : '';
    if (why) {
      await server.close();
      const remedy = `(if its packages are broken: remove ${environment_folder(agents)}, run \`npm run setup\`)`;
      throw new Error(`AG-UI agent: not started, ${why} ${remedy}\n${server.output()}`);
    }
    await sleep(10);
  }
}

async function start(options) {
  // -I: no packages or settings of whoever runs the test.
  const server = start_on_leash([python_of(agents), '-I', '-u', server_file, JSON.stringify(options)]);
  return { server, ...(await until_ready(server)) };
}

/**
 * @param {object} options
 * @param {number} [options.port]
 * @param {string} [options.required_header]  401 to who does not send it
 * @param {string[]} [options.products]       what `obey` says of each
 */
export async function start_agui_server(options = {}) {
  let running = await start(options);
  const { port } = running;
  const url = `http://127.0.0.1:${port}/`;
  // An end that no test asked for is the reason for whatever fails next, so it is said at once.
  let expected_end = false;
  const watch = ({ server }) =>
    server.ended.then((code) => {
      if (!expected_end)
        process.stderr.write(`rig: the AG-UI agent ended by itself (${code})\n${server.output()}\n`);
    });
  watch(running);

  return {
    url,
    port,
    /** Of the agent itself, not of what holds it. */
    pid: () => running.pid,
    output: () => running.server.output(),
    /** @returns {Promise<{headers: Record<string, string>, body: string}[]>} what was posted; it ends with the process */
    requests: async () => (await fetch(new URL('requests', url))).json(),
    /** @returns {Promise<number[]>} the orders that its own tool has cancelled */
    cancelled: async () => (await fetch(new URL('cancelled', url))).json(),
    /** A power cut: nothing of the agent runs any more, and its answers end where they are. */
    async kill() {
      expected_end = true;
      process.kill(running.pid, 'SIGKILL');
      await running.server.ended;
    },
    /** Starts it again on the same port. */
    async restart(changed = {}) {
      running = await start({ ...options, port, ...changed });
      expected_end = false;
      watch(running);
    },
    async close() {
      expected_end = true;
      await running.server.close();
    },
  };
}
