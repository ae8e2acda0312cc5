// POST /api/chatkit/agent: the checks in their fixed order, then the answer as JSON or as a stream.
// Order: address limit, key, origin, JSON, fields, tokens of one turn, repeated key, and what an attempt at an answer must pass (ask_once.mjs).
import { limitHeaders, tooManyRequests } from '../costs/limits.mjs';
import { clientSource } from '../running/log.mjs';
import { scopeOf } from '../store/store.mjs';
import { askOnce } from './ask_once.mjs';
import { acceptedKey, invalid, refusal, refuser } from './callers.mjs';
import { corsHeaders, isLocalhost, originAllowed, preflightHeaders } from './cors.mjs';
import { prefersEventStream, streamRun } from './sse.mjs';
import { parseBody, tokenBudgetDetails, validate } from './validate.mjs';

const path = '/api/chatkit/agent';
const failureText = "I'm sorry, I ran into an issue processing your request. Please try again.";

/** @param {import('fastify').FastifyInstance} app */
export function chatkitRoutes(
  app,
  { config, store, turns, admission, addressLimit, metrics, rooms, state, live, now },
) {
  const answerRefusal = refuser(metrics);
  const refuse = (reply, why) => {
    metrics.versions.count(clientSource(reply.request.headers['x-client-source']), 'refused');
    return answerRefusal(reply, why);
  };

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(corsHeaders(request.headers.origin, config)).header('Cache-Control', 'no-store');
  });

  /** Why no message would be taken now, or null. */
  const trouble = () => {
    if (state.closing) return 'the gateway is closing';
    return store.upkeep.trouble(now()) ?? live.trouble();
  };
  app.get(path, { exposeHeadRoute: false }, async (request, reply) => {
    const why = trouble();
    return reply.code(why ? 503 : 200).send({
      status: why ? 'unhealthy' : 'healthy',
      ...(why && { why }),
      service: 'ChatKit Agent API',
      timestamp: new Date(now()).toISOString(),
    });
  });

  // Whether the origin may call, the call itself is told: of a preflight that is refused a page learns nothing.
  app.options(path, async (request, reply) => reply.code(204).headers(preflightHeaders).send());

  // What needs no body is checked before one byte of it is read.
  const beforeBody = async (request, reply) => {
    if (state.closing) return refuse(reply, refusal.closing);
    const verdict = addressLimit.take(request.ip, now());
    if (!verdict.allowed) return refuse(reply, tooManyRequests(verdict));
    reply.headers(limitHeaders(verdict));
    const { headers } = request;
    const key = acceptedKey(headers, config.apiKeys);
    if (key === null && !(config.localhostNeedsNoKey && isLocalhost(headers.origin)))
      return refuse(reply, refusal.key);
    request.scope = scopeOf(key ?? '');
    if (!originAllowed(headers.origin, config)) return refuse(reply, refusal.origin);
  };

  app.decorateRequest('scope', '');
  app.post(path, { onRequest: beforeBody }, async (request, reply) => {
    const body = parseBody(request.body);
    if (!body) return refuse(reply, refusal.json);
    state.recordBody?.(request, body);
    const checked = validate(body, request.headers['idempotency-key'] ?? null);
    const details = checked.details ?? tokenBudgetDetails(checked.request, config.turnTokensMax);
    if (details) return refuse(reply, invalid(details));

    const stream = prefersEventStream(request.headers.accept);
    const turn = {
      ...checked.request,
      scope: request.scope,
      address: request.ip,
      clientSource: clientSource(request.headers['x-client-source']),
      paced: stream,
    };
    const takeSecret = rooms.ofMessage(turn, request.headers['x-session-secret']);
    const { run, refusal: refused } = askOnce(turn, { turns, admission });
    if (refused) return refuse(reply, refused);
    const secret = takeSecret();
    if (secret) reply.header('X-Session-Secret', secret);

    if (stream) {
      reply.hijack();
      metrics.streams += 1;
      const lastEventId = request.headers['last-event-id'];
      streamRun(reply.raw, run, { lastEventId, pingMs: config.pingMs, headers: reply.getHeaders() });
      return reply;
    }
    const outcome = run.outcome ?? (await run.ended);
    if (outcome.event === 'done') return outcome.data;
    // The message is stored and shops that know only JSON expect 200 with a sentence here.
    return { response: failureText, sessionId: turn.sessionId, model: turns.assistant.model };
  });

  app.route({
    method: ['PUT', 'PATCH', 'DELETE', 'HEAD'],
    url: path,
    handler: async (request, reply) =>
      reply.code(405).header('Allow', 'GET, POST, OPTIONS').send({ error: 'Method not allowed' }),
  });
}
