// Agents that hold calls elsewhere and tell the gateway of them. A page has a key as well, which anybody can read, and a token of LiveKit, signed with
// the same secret; neither makes it an agent.
import { keyAmong, keyOf } from './callers.mjs';

export const unknownAgent = {
  status: 401,
  headers: { 'WWW-Authenticate': 'Bearer realm="Shopbell agents"' },
  body: {
    error: 'Authentication failed',
    message: "An agent's key (AGENT_KEY) or an access token of LiveKit with the grant `agent` is required",
  },
};

export const noAgents = {
  status: 503,
  headers: {},
  body: {
    error:
      'No agent can be known here: set AGENT_KEY, or LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET',
  },
};

export const agentsAreKnown = ({ config, livekit }) => config.agentKey !== '' || livekit.missing.length === 0;

/** @returns {Promise<boolean>} whether it has AGENT_KEY, or a token that only the holder of LiveKit's secret can make */
export async function isAgent(headers, { config, livekit }) {
  const given = keyOf(headers);
  if (!given) return false;
  if (config.agentKey !== '' && keyAmong(given, [config.agentKey]) !== null) return true;
  return livekit.missing.length === 0 && livekit.isAgentToken(given);
}
