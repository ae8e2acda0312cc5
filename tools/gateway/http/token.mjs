// POST /api/livekit/token: what lets a page into its room of LiveKit, and into no other (livekit/rooms.mjs).
import { limitHeaders, tooManyRequests } from '../costs/limits.mjs';
import { invalid, mayCall, refusal, refuser } from './callers.mjs';
import { corsHeaders, preflightHeaders } from './cors.mjs';
import { parseBody } from './validate.mjs';

const path = '/api/livekit/token';
// LiveKit's own pages send attributes and a configuration of the room along, which are not read.
const bodyBytesMax = 16_384;
// A session's id has at most 100 characters, and `chat-` may be before it.
const roomMax = 105;
const nameMax = 100;

const unconfigured = (missing) => {
  const message = `Calls over LiveKit are not configured: set ${missing.join(', ')}`;
  return { status: 503, headers: {}, body: { error: message } };
};

/** @param {import('fastify').FastifyInstance} app */
export function tokenRoute(app, { config, liveKit, addressLimit, metrics, state, now }) {
  const refuse = refuser(metrics);

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(corsHeaders(request.headers.origin, config)).header('Cache-Control', 'no-store');
  });
  app.options(path, async (request, reply) => reply.code(204).headers(preflightHeaders).send());

  const beforeBody = async (request, reply) => {
    if (state.closing) return refuse(reply, refusal.closing);
    const verdict = addressLimit.take(request.ip, now());
    if (!verdict.allowed) return refuse(reply, tooManyRequests(verdict));
    reply.headers(limitHeaders(verdict));
    const wrong = mayCall(request.headers, config);
    if (wrong) return refuse(reply, wrong);
    if (liveKit.missing.length > 0) return refuse(reply, unconfigured(liveKit.missing));
  };

  app.post(path, { onRequest: beforeBody, bodyLimit: bodyBytesMax }, async (request, reply) => {
    const body = request.body?.length ? parseBody(request.body) : {};
    if (!body) return refuse(reply, refusal.json);
    const { details, sessionId, name } = wanted(body);
    if (details) return refuse(reply, invalid(details));
    const secret = request.headers['x-session-secret'];
    const given = await liveKit.token({ sessionId, secret, name, address: request.ip });
    if (given.verdict) return refuse(reply, tooManyRequests(given.verdict));
    if (given.secret) reply.header('X-Session-Secret', given.secret);
    const { token, url, room, identity } = given;
    // Three spellings: the older widget reads the first, LiveKit's starter pages the second, its standard endpoint has the third.
    return {
      ...{ token, url },
      ...{ participantToken: token, serverUrl: url },
      ...{ participant_token: token, server_url: url },
      ...{ room, identity },
    };
  });
}

/** Of both spellings the first that is there. Which identity a page has is not for it to say. */
function wanted(body) {
  const details = [];
  const text = (names, max) => {
    const name = names.find((one) => Object.hasOwn(body, one) && body[one] !== null && body[one] !== '');
    if (name === undefined) return undefined;
    const value = body[name];
    if (typeof value === 'string' && value.length <= max && value.isWellFormed() && !/\p{Cc}/u.test(value))
      return value;
    details.push({ field: name, message: `${name} must be a text of 1 to ${max} printable characters` });
    return undefined;
  };
  const sessionId = text(['roomName', 'room_name'], roomMax) ?? null;
  const name = text(['participantName', 'participant_name'], nameMax);
  return details.length > 0 ? { details } : { sessionId, name };
}
