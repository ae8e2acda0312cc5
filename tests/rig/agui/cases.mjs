// One run for each thing that an AG-UI agent can do: what the page posts. The recording of a case is `recordings/<name>.sse`, as the
// library sent it; agui_server.test.mjs says what stands in it and that the library still sends it so.
import { run_input, user } from './client.mjs';

/** The page's memory of the calls that a run ended with. */
const called = (...calls) => ({
  ...{ id: 'assistant-1', role: 'assistant' },
  toolCalls: calls.map(([id, name, input]) => ({
    ...{ id, type: 'function' },
    function: { name, arguments: JSON.stringify(input) },
  })),
});
const answer = (toolCallId, content) => ({ id: `tool-${toolCallId}`, role: 'tool', toolCallId, content });
const show = (i) => [`call-page${i}-1`, 'show_product', { sku: `LAMP-${i}` }];
const cancel = (i) => [`call-cancel${i}-1`, 'cancel_order', { order: 1041 + i }];
export const resume = (i, status, payload) => ({ interruptId: `int-call-cancel${i}-1`, status, payload });

export const after_client = (...messages) => run_input([user('client'), called(show(1)), ...messages]);
export const after_approve = (...entries) =>
  run_input([user('approve'), called(cancel(1))], { resume: entries });

/** @type {Record<string, object>} the RunAgentInput of each */
export const cases = {
  text: run_input([user('text')]),
  letters: run_input([user('letters')]),
  tool: run_input([user('tool')]),
  client: run_input([user('client')]),
  client_two: run_input([user('client 2')]),
  client_answered: after_client(answer('call-page1-1', 'shown')),
  client_two_answered: run_input([
    ...[user('client 2'), called(show(1), show(2))],
    ...[answer('call-page1-1', 'shown'), answer('call-page2-1', 'refused')],
  ]),
  approve: run_input([user('approve')]),
  approve_two: run_input([user('approve 2')]),
  approved: after_approve(resume(1, 'resolved', { approved: true })),
  denied: after_approve(resume(1, 'resolved', { approved: false, reason: 'not today' })),
  cancelled: after_approve(resume(1, 'cancelled')),
  approved_one_of_two: run_input([user('approve 2'), called(cancel(1), cancel(2))], {
    resume: [resume(1, 'resolved', { approved: true }), resume(2, 'cancelled')],
  }),
  reason: run_input([user('reason')]),
  state: run_input([user('state')], { state: { cart: ['LAMP-0'] } }),
  custom: run_input([user('custom')]),
  fail: run_input([user('fail')]),
  fail_first: run_input([user('fail first')]),
  slow: run_input([user('slow 3 5')]),
  recall: run_input([
    user('text'),
    { id: 'a', role: 'assistant', content: 'Yes.' },
    user('recall', 'user-2'),
  ]),
};
