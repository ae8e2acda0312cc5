// The gateway: `startGateway` for tests and for `npm start`, and a program that is set by environment variables.
import { createHash } from 'node:crypto';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { makeAssistant } from './assistant/index.mjs';
import { Turns } from './assistant/turns.mjs';
import { Admission } from './costs/admission.mjs';
import { AddressLimit } from './costs/limits.mjs';
import { Spending } from './costs/spending.mjs';
import { makeServer } from './http/server.mjs';
import { makeLivekit } from './livekit/index.mjs';
import { Rooms } from './livekit/rooms.mjs';
import { explained, lockFolder } from './running/data_folder.mjs';
import { Metrics } from './running/metrics.mjs';
import { Room } from './running/room.mjs';
import { VersionFigures } from './running/versions.mjs';
import { ConfigError, helpText, makeConfig, optionsFromEnvironment } from './settings/config.mjs';
import { spendingBounds } from './settings/cost_settings.mjs';
import { Calls } from './sockets/calls.mjs';
import { Conversation } from './sockets/conversation.mjs';
import { registryIsBuilt, registryMaker } from './sockets/registry.mjs';
import { Sockets } from './sockets/sockets.mjs';
import { Pruning } from './store/pruning.mjs';
import { Store } from './store/store.mjs';
import { makeCallAgents } from './voice/index.mjs';

const noCounts = { text_sockets: 0, voice_sockets: 0, sessions: 0, calls: 0, zombies: 0 };

/**
 * @typedef {object} Gateway
 * @property {string} url such as http://localhost:8787
 * @property {number} port
 * @property {object[]} requests what arrived: {at_ms, method, path, headers, status, body}; empty unless recorded
 * @property {{at_ms: number, what: string, call: number}[]} calls what happened to calls, in the words of the log lines
 * @property {() => Promise<void>} close stops accepting, answers what was accepted (at most drainMs), and ends
 */

/**
 * @param {object} options names as in settings/table.mjs, and `recordRequests` (default true), `logStream`, `catalogue`,
 *  `makeCallAgents` (in place of voice/index.mjs; null: no calls)
 * @returns {Promise<Gateway>}
 */
export async function startGateway(options = {}) {
  const { recordRequests = true, logStream, catalogue, makeCallAgents: makeAgents, ...rest } = options;
  const config = makeConfig({ logLevel: 'silent', ...rest });
  const now = Date.now;
  const log = { info() {}, warn() {}, error() {} };
  const { store, spending, cut, release } = await openStore(config, { now, log });
  const metrics = new Metrics(new VersionFigures(config.filesDir));
  const state = { closing: false, recordBody: undefined };
  const requests = [];
  const assistant = makeAssistant(config, catalogue);
  const turns = new Turns({ store, spending, assistant, metrics, log, now });
  const admission = new Admission({ config, store, spending, assistant, now });
  const addressLimit = new AddressLimit(config.ipRequestsPerMinute);
  const live = { on: false, counts: () => noCounts, agents: null, trouble: () => null };
  const room = new Room(config.connectionsMax);
  const rooms = new Rooms({ store, now });
  const parts = { store, spending, turns, admission, metrics, state, addressLimit, live, room, rooms, now };
  const app = makeServer({ config, logStream, parts, requests: recordRequests ? requests : null });
  room.watch(app.server);
  turns.log = app.log;
  spending.log = app.log;
  // Routes are made when the server listens, and find it then.
  parts.liveKit = await makeLivekit({ config, ...parts, log: app.log });

  const { sockets, calls } = await openSockets(config, { ...parts, log: app.log }, makeAgents);
  const pruning = new Pruning({ store, config, log: app.log, now });
  pruning.start();

  const end = async () => {
    await live.agents?.close();
    await parts.liveKit.stop();
    pruning.stop();
    assistant.close();
    spending.close();
    store.close();
    release();
  };
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await end();
    if (error.code === 'EADDRINUSE')
      throw new ConfigError(`Port ${config.port} is taken: stop what runs there or set PORT to another`, {
        cause: error,
      });
    throw error;
  }
  sockets?.listen(app.server);
  const { port } = app.server.address();
  const url = `http://${config.host === '127.0.0.1' ? 'localhost' : config.host}:${port}`;
  const connections_max = room.max;
  app.log.info({ port, assistant: assistant.model, cut, connections_max }, 'gateway started');

  let closed;
  const close = async () => {
    state.closing = true;
    app.log.info({ running: turns.runningCount }, 'gateway closing');
    app.server.close();
    sockets?.closing();
    await turns.drain(config.drainMs);
    await sockets?.end();
    // Answers are made; give their last bytes a moment to leave before connections are closed.
    await lastBytes(app.server);
    await app.close();
    await end();
    app.log.info('gateway closed');
  };
  return { url, port, requests, calls: calls?.history ?? [], close: () => (closed ??= close()) };
}

/** The store, and nobody else's as long as it is not released. */
async function openStore(config, parts) {
  const { dataDir, storedBytesMax, addressDayPercent } = config;
  let release = () => {};
  try {
    if (dataDir !== ':memory:') release = await lockFolder(dataDir);
    const store = new Store(dataDir, storedBytesMax);
    const spending = new Spending({ ...parts, dataDir, addressDayPercent, bounds: spendingBounds(config) });
    return { store, spending, cut: store.turns.markCut(), release };
  } catch (error) {
    release();
    throw explained(error, dataDir);
  }
}

/** The WebSockets with all that they need; nothing when the registry module was not built. */
async function openSockets(config, parts, makeAgents = makeCallAgents) {
  const { live, metrics, log, now } = parts;
  if (!registryIsBuilt(config.gatewayModules)) {
    log.warn('no WebSockets: the registry module is not built (npm run build)');
    return {};
  }
  const makeRegistry = await registryMaker(config.gatewayModules, {
    key_hashes: config.apiKeys.map((key) => createHash('sha256').update(key).digest('hex')),
    heartbeat_ms: config.heartbeatMs,
    call_max_ms: config.callMinutesMax * 60_000,
    calls_max: config.callsMax,
    calls_an_address_max: config.callsPerAddress,
    calls_an_hour_max: config.callsPerAddressPerHour,
  });
  const openLimit = new AddressLimit(config.socketsPerMinute);
  const sockets = new Sockets({ config, makeRegistry, metrics, log, openLimit, now });
  await sockets.start();
  const conversation = new Conversation({ ...parts, sockets, config });
  const agents = makeAgents ? await makeAgents({ config, log, metrics }) : null;
  const calls = new Calls({ ...parts, sockets, conversation, agents, config });
  sockets.onTrapped = () => {
    conversation.forget();
    calls.forget();
  };
  conversation.answerCut();
  const trouble = () => (sockets.registry ? null : 'the WebSockets begin anew');
  Object.assign(live, { on: true, counts: () => sockets.counts() ?? noCounts, agents, trouble });
  return { sockets, calls };
}

/** Resolves when no connection is busy, at most 500 ms. */
async function lastBytes(server) {
  for (let tries = 0; tries < 50; tries += 1) {
    server.closeIdleConnections();
    const open = await new Promise((resolve) =>
      server.getConnections((error, count) => resolve(error ? 0 : count)),
    );
    if (open === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Runs until SIGTERM or SIGINT. */
async function runProgram() {
  if (process.argv.includes('--help') || process.argv.includes('-h')) {
    process.stdout.write(helpText());
    return;
  }
  const gateway = await startGateway({
    logLevel: 'info',
    recordRequests: false,
    ...optionsFromEnvironment(process.env),
  });
  for (const signal of ['SIGTERM', 'SIGINT'])
    process.once(signal, () => gateway.close().then(() => process.exit(0)));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  runProgram().catch((error) => {
    // A setting that is wrong deserves a sentence; anything else its stack.
    process.stderr.write(`${error instanceof ConfigError ? error.message : error.stack}\n`);
    process.exitCode = 1;
  });
}
