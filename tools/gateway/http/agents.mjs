// Agents that hold calls elsewhere and tell the gateway of them. A page has a key as well, which anybody can read, and a token of LiveKit, signed with
// the same secret; neither makes it an agent.
import { limitHeaders, tooManyRequests } from '../costs/limits.mjs';
import { scopeOf } from '../store/store.mjs';
import { acceptedKey, keyAmong, keyOf, mayCall, refusal } from './callers.mjs';
import { corsHeaders, preflightHeaders } from './cors.mjs';

const unknownAgent = {
  status: 401,
  headers: { 'WWW-Authenticate': 'Bearer realm="Shopbell agents"' },
  body: {
    error: 'Authentication failed',
    message: "An agent's key (AGENT_KEY) or an access token of LiveKit with the grant `agent` is required",
  },
};

const noAgents = {
  status: 503,
  headers: {},
  body: {
    error:
      'No agent can be known here: set AGENT_KEY, or LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET',
  },
};

const agentsAreKnown = ({ config, liveKit }) => config.agentKey !== '' || liveKit.missing.length === 0;

/** Whose a session is that no page has begun yet. */
export const scopeOfNobody = ({ apiKeys }) => scopeOf(apiKeys[0] ?? '');

/** @returns {Promise<boolean>} whether it has AGENT_KEY, or a token that only the holder of LiveKit's secret can make */
export async function isAgent(headers, { config, liveKit }) {
  const given = keyOf(headers);
  if (!given) return false;
  if (config.agentKey !== '' && keyAmong(given, [config.agentKey]) !== null) return true;
  return liveKit.missing.length === 0 && liveKit.isAgentToken(given);
}

/** What is for agents alone. Agents hold all calls from one address, which bounds none of them; who guesses at their key is bounded by his. */
export const forAgents =
  ({ config, liveKit, addressLimit, state, now }, refuse) =>
  async (request, reply) => {
    reply.header('Cache-Control', 'no-store');
    if (state.closing) return refuse(reply, refusal.closing);
    if (!agentsAreKnown({ config, liveKit })) return refuse(reply, noAgents);
    if (await isAgent(request.headers, { config, liveKit })) return undefined;
    const verdict = addressLimit.take(request.ip, now());
    return refuse(reply, verdict.allowed ? unknownAgent : tooManyRequests(verdict));
  };

/**
 * Routes for agents and for pages. An agent holds many calls from one address and is as bounded as its calls are; a page is by its address.
 * @param {import('fastify').FastifyInstance} app
 * @param {string[]} paths
 */
export function forAgentsAndPages(app, paths, { config, liveKit, addressLimit, state, now }, refuse) {
  app.decorateRequest('isAgent', false);
  app.decorateRequest('scope', '');
  for (const path of paths)
    app.options(path, async (request, reply) =>
      reply.code(204).headers(corsHeaders(request.headers.origin, config)).headers(preflightHeaders).send(),
    );
  return async (request, reply) => {
    const { headers } = request;
    reply.headers(corsHeaders(headers.origin, config)).header('Cache-Control', 'no-store');
    if (state.closing) return refuse(reply, refusal.closing);
    request.isAgent = await isAgent(headers, { config, liveKit });
    request.scope = scopeOf(acceptedKey(headers, config.apiKeys) ?? config.apiKeys[0] ?? '');
    if (request.isAgent) return undefined;
    const verdict = addressLimit.take(request.ip, now());
    if (!verdict.allowed) return refuse(reply, tooManyRequests(verdict));
    reply.headers(limitHeaders(verdict));
    const wrong = mayCall(headers, config);
    return wrong ? refuse(reply, wrong) : undefined;
  };
}
