// POST /api/tools/…: what a model elsewhere may do in the shop, by the agent of a call or by an older page whose model runs in it.
import { matchesOf, searchShop } from '../assistant/shop_tools.mjs';
import { AddressLimit, tooManyRequests } from '../costs/limits.mjs';
import { forAgentsAndPages } from './agents.mjs';
import { refusal, refuser } from './callers.mjs';
import { email, fieldsOf, oneOf, text } from './form_fields.mjs';
import { parseBody } from './validate.mjs';

const prefix = '/api/tools/';
const bodyBytesMax = 16_384;
const queryMax = 500;
// An agent's, of all its calls together. Each is stored.
const contactsPerMinute = 60;
// A row with its indexes, beside its texts.
const rowBytes = 1_000;

const bad = (error, more) => ({ status: 400, headers: {}, body: { error, ...more } });
const queryMissing = { ...bad(`query must be a text of 1 to ${queryMax} characters`) };
queryMissing.body.success = false;

const contactFields = {
  emailType: oneOf('info_request', 'contact'),
  ...{ name: text(100), phone_number: text(40), message: text(2_000), note: text(1_000) },
};

/** @param {import('fastify').FastifyInstance} app */
export function toolRoutes(app, parts) {
  const { store, spending, turns, metrics, now } = parts;
  const refuse = refuser(metrics);
  const contactLimit = new AddressLimit(contactsPerMinute);
  const tools = { search, vector, email: contact };
  const names = Object.keys(tools).map((name) => prefix + name);
  const onRequest = forAgentsAndPages(app, [`${prefix}*`], parts, refuse);

  const queryOf = (body) =>
    typeof body.query === 'string' && body.query.trim() !== '' && body.query.length <= queryMax
      ? body.query
      : null;

  function search(request, body) {
    const query = queryOf(body);
    if (!query) return queryMissing;
    const context = body.context ?? 'catalog';
    if (context !== 'catalog' && context !== 'website')
      return bad('context must be catalog or website', { success: false });
    return { body: { success: true, ...searchShop(turns.assistant.search, query, context), store: context } };
  }

  function vector(request, body) {
    const query = queryOf(body);
    if (!query) return queryMissing;
    const intent = body.context?.intent === 'trade_in' ? 'trade_in' : 'catalog';
    return { body: { ...matchesOf(turns.assistant.search, query, intent), store: intent } };
  }

  /** No mail is sent: who reads the shop's leads finds it there, and that is what the shopper is told. */
  function contact(request, body) {
    if (body.emailType === 'trade_in')
      return bad('A trade-in is told by /api/tradein/start and /api/tradein/update');
    const { values, wrong } = fieldsOf(body, contactFields);
    const missing = ['emailType', 'name', 'message'].filter((name) => !values[name] && !wrong?.[name]);
    if (wrong || missing.length > 0 || typeof body.email !== 'string')
      return bad('emailType, name, email and message are needed, within their limits', {
        fields: { ...wrong, ...Object.fromEntries(missing.map((name) => [name, `${name} is missing`])) },
      });
    const address = email(body.email).value;
    // As a sentence and no error, since a model has to say it: the address was heard, not typed.
    if (!address)
      return {
        body: { result: 'That e-mail address is not complete. Please ask for it again, letter by letter.' },
      };
    const { name, message, note, phone_number: phone, emailType } = values;
    const response = `Thanks, ${name}! Your message is noted for the shop, and a colleague will write to ${address}.`;
    const lead = { name, email: address, phone, notes: [message, note].filter(Boolean).join('\n') };
    const key = request.headers['idempotency-key'] ?? null;
    if (key !== null && !/^[\x21-\x7e]{1,200}$/.test(key))
      return bad('Idempotency-Key must be printable ASCII');
    const over = request.isAgent
      ? contactLimit.take('agents', now())
      : spending.take(request.ip, { stored_bytes: rowBytes + Buffer.byteLength(JSON.stringify(lead)) });
    if (over && !over.allowed) return tooManyRequests(over);
    const told = { scope: request.scope, key, lead, message: `${emailType}: ${message}`, response };
    store.formLeads.contact(told, now());
    return { body: { result: response } };
  }

  app.post(`${prefix}*`, { onRequest, bodyLimit: bodyBytesMax }, async (request, reply) => {
    const name = request.params['*'];
    if (!Object.hasOwn(tools, name))
      return refuse(reply, {
        ...{ status: 404, headers: {} },
        body: { error: `There is no such tool; there are ${names.join(', ')}` },
      });
    const body = parseBody(request.body);
    if (!body) return refuse(reply, refusal.json);
    const answer = tools[name](request, body);
    return answer.status ? refuse(reply, answer) : answer.body;
  });
}
