// A bare AG-UI client for what is known of the wire: posts a RunAgentInput and reads the whole answer.

/** @param {string} content @returns {object} one user message */
export const user = (content, id = 'user-1') => ({ id, role: 'user', content });

/** The page's tool in every run. */
const tools = [
  {
    name: 'show_product',
    description: 'Shows a product on the page',
    parameters: { type: 'object', properties: { sku: { type: 'string' } }, required: ['sku'] },
  },
];

/** @returns {object} a RunAgentInput */
export const run_input = (messages, more = {}) => ({
  ...{ threadId: 'thread-1', runId: 'run-1', protocolVersion: '1.0', state: {}, messages },
  ...{ tools, context: [], forwardedProps: {} },
  ...more,
});

export const post_run = (url, input, { headers = {}, signal } = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: typeof input === 'string' ? input : JSON.stringify(input),
    signal,
  });

/** The events of a whole answer. Nothing but `data:` lines with an empty line behind each is taken. */
export function events_in(text) {
  // A line ends at LF or CR alone: JSON may hold the line ends of Unicode as they are.
  const blocks = text.split('\n\n');
  if (blocks.pop() !== '') throw new Error('the last event has no end');
  return blocks.map((block) => {
    const found = /^data: (\{[^\r\n]*\})$/.exec(block);
    if (!found) throw new Error(`not one data field of JSON: ${block}`);
    return JSON.parse(found[1]);
  });
}

/** Without time, and with the ids that the library draws told by their order: what is equal in two runs of a script. */
export function without_chance(events) {
  const names = new Map();
  const drawn = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
  const name_of = (id) => names.get(id) ?? names.set(id, `drawn-${names.size + 1}`).get(id);
  return events.map(({ timestamp: _, ...event }) =>
    JSON.parse(JSON.stringify(event).replace(drawn, name_of)),
  );
}
