// POST /api/chatkit/agent: the checks in their fixed order, then the answer as JSON or as a stream.
// Order: address limit, key, origin, JSON, fields, tokens of one turn, repeated key, and what an attempt at an answer must pass
// (costs/admission.mjs). A repeated key whose answer is there or being made comes before that, since it costs nothing more.
import { limitHeaders, tooManyRequests } from '../costs/limits.mjs';
import { clientSource } from '../running/log.mjs';
import { scopeOf } from '../store/store.mjs';
import { acceptedKey, refusal as callerRefusals, refuser } from './callers.mjs';
import { corsHeaders, isLocalhost, originAllowed, preflightHeaders } from './cors.mjs';
import { prefersEventStream, streamRun } from './sse.mjs';
import { parseBody, tokenBudgetDetails, validate } from './validate.mjs';

const path = '/api/chatkit/agent';
const failureText = "I'm sorry, I ran into an issue processing your request. Please try again.";

const refusals = {
  ...callerRefusals,
  budget: {
    status: 503,
    headers: {},
    body: {
      error: 'Service temporarily unavailable',
      message: 'Daily usage limit reached. Please try again tomorrow.',
    },
  },
  full: {
    status: 503,
    headers: { 'Retry-After': '5' },
    body: {
      error: 'Service temporarily unavailable',
      message: 'The shop takes no messages at the moment. Please try again.',
      retryAfter: 5,
    },
  },
  attempts: {
    status: 422,
    headers: {},
    body: {
      error: 'No answer',
      message: 'This message could not be answered. Please put it in other words.',
    },
  },
  conflict: {
    status: 422,
    headers: {},
    body: {
      error: 'Idempotency key reused',
      message: 'This Idempotency-Key was already used with another message',
    },
  },
};

/** @param {import('fastify').FastifyInstance} app */
export function chatkitRoutes(
  app,
  { config, store, turns, admission, addressLimit, metrics, rooms, state, live, now },
) {
  const answerRefusal = refuser(metrics);
  const refuse = (reply, refusal) => {
    metrics.versions.count(clientSource(reply.request.headers['x-client-source']), 'refused');
    return answerRefusal(reply, refusal);
  };

  /** A new turn is stored first, then answered; one without an answer is answered again. */
  const begun = (turn, again) => {
    const { bill, refusal } = admission.attempt(turn, again?.attempt);
    if (refusal?.why === 'often') return { refusal: tooManyRequests(refusal.verdict) };
    if (refusal) return { refusal: refusals[refusal.why] };
    try {
      return {
        run: again ? turns.restart(turn, again.turnId, bill) : turns.begin(turn, turns.keep(turn), bill),
      };
    } catch (error) {
      bill.end();
      // Nothing of it was stored, so it may come again as it is; of other failures nobody knows.
      if (error.code === 'SQLITE_FULL') return { refusal: refusals.full };
      throw error;
    }
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
    if (state.closing) return refuse(reply, refusals.closing);
    const verdict = addressLimit.take(request.ip, now());
    if (!verdict.allowed) return refuse(reply, tooManyRequests(verdict));
    reply.headers(limitHeaders(verdict));
    const { headers } = request;
    const key = acceptedKey(headers, config.apiKeys);
    if (key === null && !(config.localhostNeedsNoKey && isLocalhost(headers.origin)))
      return refuse(reply, refusals.key);
    request.scope = scopeOf(key ?? '');
    if (!originAllowed(headers.origin, config)) return refuse(reply, refusals.origin);
  };

  app.decorateRequest('scope', '');
  app.post(path, { onRequest: beforeBody }, async (request, reply) => {
    const body = parseBody(request.body);
    if (!body) return refuse(reply, refusals.json);
    state.recordBody?.(request, body);
    const checked = validate(body, request.headers['idempotency-key'] ?? null);
    const details = checked.details ?? tokenBudgetDetails(checked.request, config.turnTokensMax);
    if (details)
      return refuse(reply, { status: 400, headers: {}, body: { error: 'Validation failed', details } });

    const stream = prefersEventStream(request.headers.accept);
    const turn = {
      ...checked.request,
      scope: request.scope,
      address: request.ip,
      clientSource: clientSource(request.headers['x-client-source']),
      paced: stream,
    };
    const takeSecret = rooms.ofMessage(turn, request.headers['x-session-secret']);
    const existing = turns.existing(turn);
    if (existing?.conflict) return refuse(reply, refusals.conflict);
    const { run, refusal } = existing?.run ? existing : begun(turn, existing?.again);
    if (refusal) return refuse(reply, refusal);
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
