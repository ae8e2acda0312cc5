// `POST /api/chatkit/agent`: an answer as it streams, and what a repeated `Idempotency-Key` does.
import { randomUUID } from 'node:crypto';
import { ask, json_of } from '../../ask.mjs';
import { page_headers, under } from '../../shop.mjs';
import { tell_no_answer } from '../page.mjs';
import { refusal_of } from './refused.mjs';

const at = (shop) => under(shop.api, '/api/chatkit/agent');
const todo_start = 'Start the back end, or correct data-api-url.';
const limit_ms = 30_000;

/** Of a proxy that keeps a stream until it is whole, so many parts come in one moment, long after the head. */
const parts_min = 5;
const held_back_ms = 50;

const post = (shop, { message, session, key, accept, ...options }) =>
  ask(at(shop), {
    method: 'POST',
    limit_ms,
    headers: {
      ...page_headers(shop),
      'content-type': 'application/json',
      accept,
      ...(key && { 'idempotency-key': key }),
    },
    body: JSON.stringify({ sessionId: session, message, history: [] }),
    ...options,
  });

/** @returns {{event: string, data: any}[]} */
function events_of(text) {
  return text.split(/\r?\n\r?\n/).flatMap((block) => {
    const line = (name) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
    const data = json_of({ text: line('data') ?? '' });
    return data ? [{ event: line('event') ?? 'message', data }] : [];
  });
}

async function asks(shop, tell, message) {
  const arrivals = [];
  const answer = await post(shop, {
    message,
    session: `doctor-${randomUUID()}`,
    key: shop.idempotency ? randomUUID() : undefined,
    accept: 'text/event-stream, application/json;q=0.9',
    signal: tell.signal,
    on_bytes: (at_ms) => arrivals.push(at_ms),
  });
  if (tell_no_answer(answer, at(shop), tell, 'chat-unreachable', todo_start)) return;
  if (answer.status !== 200) return tell.finding(...refusal_of(answer, at(shop), shop));
  const streamed = /^text\/event-stream/.test(answer.headers['content-type'] ?? '');
  const events = streamed ? events_of(answer.text) : [];
  const last = events.find(({ event }) => event === 'done' || event === 'error');
  if (last?.event === 'error')
    return tell.finding(
      'chat-failed',
      `The back end failed at the answer: ${last.data.message ?? last.data.error}.`,
      'Look at its log, and at its model’s address and key.',
    );
  const said = (streamed ? last?.data : json_of(answer))?.response;
  if (typeof said !== 'string' || said.trim() === '')
    return tell.finding(
      'chat-unreadable',
      streamed && !last
        ? 'The stream of the answer ends before its last word.'
        : `${at(shop)} answered 200 without {"response": "…"}${/html/.test(answer.headers['content-type'] ?? '') ? ', with a web page' : ''}.`,
      streamed
        ? 'Look at the proxy’s time limit for answers that stream: 60 s of silence at least.'
        : 'Let the proxy send this path to the back end.',
    );
  const parts = events.filter(({ event }) => event === 'delta').length;
  if (parts >= parts_min && arrivals.length === 1 && arrivals[0] - answer.head_ms > held_back_ms)
    tell.finding(
      'chat-held-back',
      'The proxy holds the answer back until it is whole, so the shopper sees nothing grow.',
      'Switch its buffering off for this path (nginx: proxy_buffering off).',
    );
  else tell.well(`answered after ${Math.round(arrivals[0] ?? 0)} ms${streamed ? ', as a stream' : ''}`);
}

/** What a repeat brings, and that another message under the same id is refused: then the first answer was kept, not made again. */
async function repeats(shop, tell, message) {
  if (!shop.idempotency) return tell.passed_over('data-idempotency is off: nothing is sent twice by itself');
  const [session, key] = [`doctor-${randomUUID()}`, randomUUID()];
  const once = (text) =>
    post(shop, { message: text, session, key, accept: 'application/json', signal: tell.signal });
  const [first, second] = [await once(message), await once(message)];
  if (tell_no_answer(first, at(shop), tell, 'chat-unreachable', todo_start)) return;
  if (first.status !== 200) return tell.finding(...refusal_of(first, at(shop), shop));
  const off =
    'Use a server that knows Idempotency-Key (the gateway does; a proxy must pass it on), or write data-idempotency="off".';
  if (second.status !== 200 || json_of(second)?.response !== json_of(first)?.response)
    return tell.finding(
      'answered-twice',
      `The same id was asked twice and had ${second.status === 200 ? 'two answers' : `${second.status} the second time`}.`,
      off,
    );
  const other = await once('Is this another message?');
  if (other.status !== 200 && other.status !== 422) return tell.finding(...refusal_of(other, at(shop), shop));
  if (other.status === 200 && json_of(other)?.response !== json_of(first)?.response)
    return tell.finding(
      'key-unknown',
      'Another message under the same id was answered too: the server does not know Idempotency-Key, or the proxy does not pass it on.',
      off,
    );
  if (other.status === 200)
    return tell.unknown(
      'another message under the same id had the same answer',
      'Ask a server whose answers differ, or look whether it keeps Idempotency-Key.',
    );
  tell.well('asked twice under one id, answered once');
}

export const chatkit = { asks, repeats };
