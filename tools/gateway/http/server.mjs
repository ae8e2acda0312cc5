// The HTTP server: routes put together, one log line a request, and refusals in one form.
import { readFileSync } from 'node:fs';
import Fastify, { LogController } from 'fastify';
import { callAgentRoutes } from './call_agents.mjs';
import { chatLogRoute } from './chat_log.mjs';
import { chatkitRoutes } from './chatkit.mjs';
import { corsHeaders } from './cors.mjs';
import { fileRoutes } from './files.mjs';
import { tokenRoute } from './token.mjs';
import { toolRoutes } from './tools.mjs';
import { tradeInRoutes } from './trade_in.mjs';
import { loggerOptions } from '../running/log.mjs';
import { GatewayRequest, hasSeveralHosts } from './requests.mjs';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

// node looks for requests past their time only this often; its own default is 30 s.
const timeoutCheckMs = 1000;

/** Statuses that the HTTP layer itself can raise, in the form of the API's other errors. */
const httpErrors = {
  408: { error: 'Request timeout', message: 'The request did not arrive in time' },
  413: { error: 'Payload too large', message: 'The request body is too large' },
  414: { error: 'URI too long', message: 'The address is too long' },
};

export function makeServer({ config, logStream, parts, requests }) {
  const { store, turns, metrics, state, now } = parts;
  const startedMs = now();
  const app = Fastify({
    logger: loggerOptions(config.logLevel, logStream),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: config.bodyBytesMax,
    requestTimeout: config.requestTimeoutMs,
    // node swaps the two times when the one for headers is the longer.
    http: {
      IncomingMessage: GatewayRequest,
      connectionsCheckingInterval: timeoutCheckMs,
      headersTimeout: config.requestTimeoutMs,
      requestTimeout: config.requestTimeoutMs,
    },
    trustProxy: config.trustProxy,
    return503OnClosing: false,
    forceCloseConnections: true,
  });
  // Bytes are read as they are and judged by validate.mjs, whatever Content-Type says.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => done(null, body));

  app.addHook('onRequest', async (request) => {
    if (hasSeveralHosts(request.raw)) throw Object.assign(new Error('several hosts'), { statusCode: 400 });
  });
  if (requests) recordRequests(app, requests, state, now);
  app.addHook('onResponse', async (request, reply) => {
    app.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    );
  });

  app.addHook('onSend', async (request, reply) => {
    // The page's next request must find the gateway that comes after this one.
    if (state.closing) reply.header('Connection', 'close');
  });

  app.setErrorHandler((error, request, reply) => {
    const status = error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : 500;
    if (status === 500) app.log.error({ err: error }, 'request failed');
    metrics.refused(status);
    const body = httpErrors[status] ?? {
      error: status === 500 ? 'Internal error' : 'Bad request',
      message:
        status === 500 ? 'Something went wrong here. Please try again.' : 'The request could not be read',
    };
    return reply.code(status).send(body);
  });
  app.setNotFoundHandler((request, reply) =>
    reply
      .headers(corsHeaders(request.headers.origin, config))
      .code(404)
      .send({ error: 'Not found', message: 'There is nothing at this address' }),
  );

  const gauges = () => ({
    ...store.upkeep.counts(),
    running: turns.runningCount,
    sockets: parts.live.counts(),
    agents: parts.live.agents?.describe(),
    room: parts.room,
    livekitCalls: parts.liveKit.callCount,
    dayLeft: parts.spending.left(),
    uptimeSeconds: Math.round((now() - startedMs) / 1000),
  });
  app.get('/status', async (request, reply) => {
    const { sessions, turns: stored, leads, running, uptimeSeconds, sockets, agents } = gauges();
    reply.header('Cache-Control', 'no-store').header('Access-Control-Allow-Origin', '*');
    return {
      status: state.closing ? 'closing' : 'running',
      version,
      assistant: turns.assistant.model,
      uptime_s: uptimeSeconds,
      sessions,
      turns: stored,
      leads,
      running_answers: running,
      sockets: parts.live.on ? { text: sockets.text_sockets, voice: sockets.voice_sockets } : 'not built',
      calls: sockets.calls,
      zombies: sockets.zombies,
      voice_frames_ignored: metrics.ignoredFrames,
      voice: agents ?? 'off',
      versions: metrics.versions.all(),
    };
  });
  app.get('/metrics', async (request, reply) =>
    reply
      .header('Cache-Control', 'no-store')
      .type('text/plain; version=0.0.4; charset=utf-8')
      .send(metrics.prometheus(gauges())),
  );
  app.register(async (api) => chatkitRoutes(api, { config, ...parts }));
  app.register(async (api) => tokenRoute(api, { config, ...parts }));
  app.register(async (api) => chatLogRoute(api, { config, ...parts }));
  app.register(async (api) => callAgentRoutes(api, { config, ...parts }));
  app.register(async (api) => toolRoutes(api, { config, ...parts }));
  app.register(async (api) => tradeInRoutes(api, { config, ...parts }));
  fileRoutes(app, config.filesDir);
  return app;
}

/** For tests: what arrived, in order. Bounded, since a forgotten test server must not eat the machine. */
function recordRequests(app, requests, state, now) {
  const entries = new WeakMap();
  app.addHook('onRequest', async (request, reply) => {
    const path = request.url.split('?')[0];
    const entry = {
      at_ms: now(),
      method: request.method,
      path,
      headers: request.headers,
      status: null,
      body: null,
    };
    entries.set(request.raw, entry);
    if (requests.length < 10_000) requests.push(entry);
    reply.raw.once('close', () => (entry.status = reply.raw.headersSent ? reply.raw.statusCode : null));
  });
  state.recordBody = (request, body) => (entries.get(request.raw).body = body);
}
