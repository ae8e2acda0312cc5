// Settings of calls over LiveKit: rows of the gateway's one table (table.mjs).

/** @type {import('./table.mjs').Setting[]} */
export const livekitSettings = [
  {
    name: 'livekitUrl',
    env: 'LIVEKIT_URL',
    type: 'url',
    default: '',
    protocols: ['wss:', 'ws:', 'https:', 'http:'],
    help: 'the LiveKit server as pages and this gateway reach it, such as wss://livekit.example; empty: no calls over LiveKit',
  },
  {
    name: 'livekitApiKey',
    env: 'LIVEKIT_API_KEY',
    type: 'text',
    default: '',
    help: 'the key of the LiveKit server that names the secret',
  },
  {
    name: 'livekitApiSecret',
    env: 'LIVEKIT_API_SECRET',
    type: 'text',
    default: '',
    secret: true,
    help: 'the secret that goes with it; signs what lets a shopper into a room',
  },
  {
    name: 'livekitAgentName',
    env: 'LIVEKIT_AGENT_NAME',
    type: 'text',
    default: 'amara',
    help: 'the name under which the agent has registered, and by which it is called into a room',
  },
  {
    name: 'agentKey',
    env: 'AGENT_KEY',
    type: 'text',
    default: '',
    secret: true,
    help: 'by which agents that hold calls elsewhere are known; empty: by tokens that LIVEKIT_API_SECRET has signed',
  },
];

const needed = {
  livekitUrl: 'LIVEKIT_URL',
  livekitApiKey: 'LIVEKIT_API_KEY',
  livekitApiSecret: 'LIVEKIT_API_SECRET',
};

/** @returns {string[]} the variables without which there are no calls over LiveKit, of those that are not set */
export const livekitMissing = (config) =>
  Object.keys(needed)
    .filter((name) => config[name] === '')
    .map((name) => needed[name]);
