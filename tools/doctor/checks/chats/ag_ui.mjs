// An AG-UI agent: one run, to its last word.
import { randomUUID } from 'node:crypto';
import { ask } from '../../ask.mjs';
import { page_headers } from '../../shop.mjs';
import { tell_no_answer } from '../page.mjs';
import { refusal_of } from './refused.mjs';

async function asks(shop, tell, message) {
  const answer = await ask(shop.api, {
    method: 'POST',
    limit_ms: 45_000,
    signal: tell.signal,
    headers: { ...page_headers(shop), 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({
      ...{
        threadId: `doctor-${randomUUID()}`,
        runId: randomUUID(),
        state: {},
        tools: [],
        context: [],
        forwardedProps: {},
      },
      messages: [{ id: randomUUID(), role: 'user', content: message }],
    }),
  });
  if (tell_no_answer(answer, shop.api, tell, 'chat-unreachable', 'Start the agent, or correct data-api-url.'))
    return;
  if (answer.status !== 200) return tell.finding(...refusal_of(answer, shop.api, shop));
  const types = [...answer.text.matchAll(/"type"\s*:\s*"([A-Z_]+)"/g)].map(([, type]) => type);
  if (types.includes('RUN_ERROR'))
    return tell.finding('chat-failed', 'The agent’s run ended with an error.', 'Look at the agent’s log.');
  if (!types.includes('RUN_FINISHED'))
    return tell.finding(
      'chat-unreadable',
      types.length > 0
        ? 'The run’s stream ends before its last word.'
        : `${shop.api} answered 200 without events of AG-UI.`,
      types.length > 0
        ? 'Look at the proxy’s time limit for answers that stream.'
        : 'Let data-api-url lead to the agent’s own address.',
    );
  tell.well(`a run of ${types.length} events, to its end`);
}

export const ag_ui = { asks };
