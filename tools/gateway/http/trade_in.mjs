// POST /api/tradein/start, update, submit: a trade-in that is told bit by bit, and stored once.
//
// An agent tells of any session. A page tells of its own, by `X-Session-Secret`, or of the lead whose id it was given; of a session that it cannot
// show to be its own it gets another lead, in a room of its own (livekit/rooms.mjs).
import { randomUUID } from 'node:crypto';
import { AddressLimit, tooManyRequests } from '../costs/limits.mjs';
import { roomOf } from '../store/call_rooms.mjs';
import { forAgentsAndPages } from './agents.mjs';
import { refusal, refuser } from './callers.mjs';
import { fieldsOf, oneOf, text } from './form_fields.mjs';
import { leadOf, tradeInKinds } from './trade_in_fields.mjs';
import { parseBody } from './validate.mjs';

const steps = ['start', 'update', 'submit'];
const pathOf = (step) => `/api/tradein/${step}`;
const bodyBytesMax = 16_384;
const sessionPerMinute = 60;
// A row with its indexes, beside its texts.
const rowBytes = 1_000;
const handlerVersion = 'shopbell-1';

const whose = { sessionId: text(105), session_id: text(105), leadId: text(40) };
const started = { initialMessage: text(1_000) };
const submitted = {
  summary: text(2_000),
  status: oneOf('in_review', 'quoted', 'awaiting_customer', 'scheduled', 'completed', 'closed', 'archived'),
};

const bad = (error, fields) => ({ status: 400, headers: {}, body: { error, ...(fields && { fields }) } });
const noLead = {
  status: 404,
  headers: {},
  body: { error: 'There is no trade-in of this session or leadId' },
};

/** @param {import('fastify').FastifyInstance} app */
export function tradeInRoutes(app, parts) {
  const { store, rooms, spending, turns, metrics, now } = parts;
  const refuse = refuser(metrics);
  const sessionLimit = new AddressLimit(sessionPerMinute);
  const onRequest = forAgentsAndPages(app, steps.map(pathOf), parts, refuse);

  /** The lead that the caller may change, if there is one, and where a new one would be his. */
  const found = (request, sessionId, leadId) => {
    if (leadId) return { lead: store.formLeads.byLeadId(leadId) };
    const { room, take } = request.isAgent
      ? { room: roomOf(sessionId), take() {} }
      : rooms.find(sessionId, request.headers['x-session-secret']);
    return { room, lead: store.formLeads.ofRoom(room), take };
  };

  const opened = (request, reply, { room, take }, message = 'Trade-in') => {
    const secret = take();
    if (secret) reply.header('X-Session-Secret', secret);
    return store.formLeads.open({ room, scope: request.scope, message }, now());
  };

  const changed = (lead, change) => {
    const next = { ...lead, ...change };
    store.formLeads.change(next, leadOf(next, turns.assistant.search), now());
    return { id: next.leadId, status: next.status, summary: next.summary, ...next.fields };
  };

  const handlers = {
    start(request, reply, place, { initialMessage }) {
      const { leadId, isNew } = opened(request, reply, place, initialMessage);
      return { leadId, existing: !isNew };
    },
    update(request, reply, place, fields) {
      const lead = place.lead ?? opened(request, reply, place);
      return { lead: changed(lead, { fields: { ...lead.fields, ...fields } }) };
    },
    /** No mail is sent: who reads the shop's leads finds it there. */
    submit(request, reply, { lead }, { summary, status }) {
      if (!lead) return null;
      const change = { summary: summary ?? lead.summary, status: status ?? 'in_review' };
      return { lead: changed(lead, { ...change, submittedMs: lead.submittedMs ?? now() }), emailSent: false };
    },
  };
  const kindsOf = { start: started, update: tradeInKinds, submit: submitted };

  for (const step of steps)
    app.post(pathOf(step), { onRequest, bodyLimit: bodyBytesMax }, async (request, reply) => {
      const body = parseBody(request.body);
      if (!body) return refuse(reply, refusal.json);
      const { values: by, wrong: wrongWhose } = fieldsOf(body, whose);
      const { values, wrong } = fieldsOf(body, kindsOf[step]);
      if (wrong || wrongWhose)
        return refuse(reply, bad('Some fields cannot be used', { ...wrongWhose, ...wrong }));
      const sessionId = by.sessionId ?? by.session_id;
      if (!sessionId) return refuse(reply, bad('sessionId is needed', { sessionId: 'sessionId is missing' }));
      const verdict = sessionLimit.take(roomOf(sessionId), now());
      if (!verdict.allowed) return refuse(reply, tooManyRequests(verdict));
      const bytes = rowBytes + Buffer.byteLength(JSON.stringify(values));
      const over = request.isAgent ? null : spending.take(request.ip, { stored_bytes: bytes });
      if (over) return refuse(reply, tooManyRequests(over));
      const place = found(request, sessionId, step === 'start' ? undefined : by.leadId);
      if (!place.lead && !place.room) return refuse(reply, noLead);
      const done = handlers[step](request, reply, place, values);
      if (!done) return refuse(reply, noLead);
      return { success: true, requestId: randomUUID(), handlerVersion, ...done };
    });
}
