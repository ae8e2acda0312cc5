// POST /api/livekit/answer, /heard and /spent: for agents that hold a call in a room and leave the thinking to this gateway. What the shopper
// said is answered as a typed message is, by the same assistant with the same memory; an answer that was interrupted keeps what was
// heard of it; and what hearing and speaking cost is the address's whose call it is, and the day's, as in a call that the gateway holds itself.
import { estimateTokens } from '../costs/limits.mjs';
import { roomOf } from '../store/call_rooms.mjs';
import { forAgents, scopeOfNobody } from './agents.mjs';
import { askOnce } from './ask_once.mjs';
import { invalid, refusal, refuser } from './callers.mjs';
import { streamRun } from './sse.mjs';
import { parseBody, validate } from './validate.mjs';

const bodyBytesMax = 16_384;
const idMax = 105;
const nameMax = 180;
const heardMax = 10_000;
const historyTurnsMax = 10;
const amountMax = 86_400;
const spentOn = ['voice_turns', 'recognition_s', 'speech_s'];

const bad = (field, message) => invalid([{ field, message }]);
const unknownTurn = {
  status: 404,
  headers: {},
  body: { error: 'Unknown turn', message: 'No turn of that name was asked in this session' },
};

const isText = (value, max) => typeof value === 'string' && value.trim() !== '' && value.length <= max;
/** No page can choose such a key, and no told turn has it: theirs have no spaces, or begin with another word. */
const keyOf = (name) => `asked ${name}`;

/** @param {import('fastify').FastifyInstance} app */
export function callAgentRoutes(app, parts) {
  const { config, store, turns, admission, spending, liveKit, metrics } = parts;
  const refuse = refuser(metrics);
  const onRequest = forAgents(parts, refuse);
  const unknownScope = scopeOfNobody(config);
  const sessionOf = (body) => store.toldTurns.sessionOf(roomOf(body.session_id), unknownScope);
  const payerOf = (body) => liveKit.addressOf(roomOf(body.session_id));

  const route = (name, handle) =>
    app.post(`/api/livekit/${name}`, { onRequest, bodyLimit: bodyBytesMax }, async (request, reply) => {
      const body = parseBody(request.body);
      if (!body) return refuse(reply, refusal.json);
      if (!isText(body.session_id, idMax))
        return refuse(reply, bad('session_id', `session_id must be a text of 1 to ${idMax} characters`));
      return handle(body, { request, reply });
    });
  const isNamed = (body) => isText(body.turn_id, nameMax) && /^[\x21-\x7e]+$/.test(body.turn_id);
  const unnamed = bad('turn_id', `turn_id must be 1 to ${nameMax} characters of printable ASCII`);

  route('answer', (body, { request, reply }) => {
    if (!isNamed(body)) return refuse(reply, unnamed);
    const session = sessionOf(body);
    const said = { sessionId: session.sessionId, message: body.message, mode: 'voice' };
    const { request: message, details } = validate(said, null);
    if (details) return refuse(reply, invalid(details));
    const { run, refusal: refused } = askOnce(
      {
        ...{ ...message, ...session, key: keyOf(body.turn_id), address: payerOf(body) },
        ...{ history: historyOf(session, message.message), clientSource: 'call', paced: false },
      },
      { turns, admission },
    );
    if (refused) return refuse(reply, refused);
    reply.hijack();
    metrics.streams += 1;
    const lastEventId = request.headers['last-event-id'];
    streamRun(reply.raw, run, { lastEventId, pingMs: config.pingMs, headers: reply.getHeaders() });
    return reply;
  });

  /** As much of what was said before as fits, the newest. */
  function historyOf({ scope, sessionId }, message) {
    const history = store.turns
      .lastOf(scope, sessionId, historyTurnsMax)
      .flatMap(({ message: asked, response }) => [
        { role: 'user', content: asked },
        { role: 'assistant', content: response },
      ]);
    let characters = message.length + history.reduce((sum, { content }) => sum + content.length, 0);
    while (history.length > 0 && estimateTokens(characters) > config.turnTokensMax)
      characters -= history.shift().content.length;
    return history;
  }

  route('heard', async (body, { reply }) => {
    if (!isNamed(body)) return refuse(reply, unnamed);
    if (typeof body.text !== 'string' || body.text.length > heardMax)
      return refuse(reply, bad('text', `text must be a text of at most ${heardMax} characters`));
    const turn = { ...sessionOf(body), key: keyOf(body.turn_id) };
    const isThere = await turns.heard(turn, body.text.toWellFormed());
    return isThere ? { success: true } : refuse(reply, unknownTurn);
  });

  // Told when it is spent: what goes past a bound by that is one sentence, and the agent asks for no other.
  route('spent', (body, { reply }) => {
    const amounts = Object.entries(body.amounts ?? {});
    const isAmount = ([what, amount]) =>
      spentOn.includes(what) && typeof amount === 'number' && Math.abs(amount) <= amountMax;
    if (!amounts.every(isAmount))
      return refuse(reply, bad('amounts', `amounts must be numbers by any of ${spentOn.join(', ')}`));
    const address = payerOf(body);
    const over = spending.take(address, Object.fromEntries(amounts.filter(([, amount]) => amount > 0)));
    for (const [what, amount] of amounts) if (over || amount < 0) spending.add(address, what, amount);
    return over
      ? { allowed: false, what: over.what, retry_after_s: over.retryAfterSeconds }
      : { allowed: true };
  });
}
