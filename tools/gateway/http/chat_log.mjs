// POST /api/livekit/chat-log: a turn of a call, as the agent that held it tells of it. Each is stored once (store/told_turns.mjs).
import { AddressLimit, tooManyRequests } from '../costs/limits.mjs';
import { roomOf } from '../store/call_rooms.mjs';
import { forAgents, scopeOfNobody } from './agents.mjs';
import { invalid, refusal, refuser } from './callers.mjs';
import { parseBody } from './validate.mjs';

const path = '/api/livekit/chat-log';
const bodyBytesMax = 65_536;
const idMax = 105;
const textMax = 10_000;
const nameMax = 200;
// People do not speak faster, and an agent that repeats itself must not fill the disk.
const sessionTurnsPerMinute = 60;

const required = ['session_id', 'user_message', 'agent_message'];

const incomplete = (received) => ({
  status: 400,
  headers: {},
  body: { error: 'Missing required fields', required, received },
});
const conflict = {
  status: 422,
  headers: {},
  body: {
    error: 'Turn told before',
    message: 'This turn_id was already used in this session, with other texts',
  },
};

/** @param {import('fastify').FastifyInstance} app */
export function chatLogRoute(app, parts) {
  const { config, store, metrics, now } = parts;
  const refuse = refuser(metrics);
  const turnLimit = new AddressLimit(sessionTurnsPerMinute);
  const unknownScope = scopeOfNobody(config);
  const onRequest = forAgents(parts, refuse);

  app.post(path, { onRequest, bodyLimit: bodyBytesMax }, async (request, reply) => {
    const body = parseBody(request.body);
    if (!body) return refuse(reply, refusal.json);
    const { missing, details, turn } = told(body, request.headers['idempotency-key']);
    if (missing) return refuse(reply, incomplete(missing));
    if (details) return refuse(reply, invalid(details));
    const verdict = turnLimit.take(turn.room, now());
    if (!verdict.allowed) return refuse(reply, tooManyRequests(verdict));
    const stored = store.toldTurns.ofCall({ ...turn, scope: unknownScope }, now());
    if (stored.conflict) return refuse(reply, conflict);
    metrics.counted('call_turns', 1);
    return {
      success: true,
      message: 'Turn stored',
      data: { chat_log_id: stored.id, session_id: body.session_id, turn_index: stored.index },
    };
  });
}

/** `received`: which of the required fields were there, not what was in them. */
function told(body, idempotencyKey) {
  const own = (name) => (Object.hasOwn(body, name) ? body[name] : undefined);
  const isThere = (name) => typeof own(name) === 'string' && own(name).trim() !== '';
  const received = Object.fromEntries(required.map((name) => [name, isThere(name)]));
  if (!Object.values(received).every(Boolean)) return { missing: received };
  const name = idempotencyKey ?? own('turn_id') ?? null;
  const details = [
    ['session_id', idMax],
    ['user_message', textMax],
    ['agent_message', textMax],
  ]
    .filter(([field, max]) => own(field).length > max)
    .map(([field, max]) => ({ field, message: `${field} must be at most ${max} characters` }));
  if (name !== null && (typeof name !== 'string' || name === '' || name.length > nameMax))
    details.push({ field: 'turn_id', message: `turn_id must be a text of 1 to ${nameMax} characters` });
  if (details.length > 0) return { details };
  const turn = {
    room: roomOf(own('session_id').toWellFormed()),
    name: name?.toWellFormed() ?? null,
    message: own('user_message').toWellFormed(),
    response: own('agent_message').toWellFormed(),
  };
  return { turn };
}
