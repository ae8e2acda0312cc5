// A small server that speaks the chat completions API as far as the gateway uses it. Each answer is scripted:
// a list of chunks to stream, a status, or a function of the response. Bytes are cut anywhere by `cutBytes`.
import http from 'node:http';

/** Chunks of one completion in the API's form. */
export const says = (text, pieces = 4) => [
  ...cut(text, pieces).map((content) => ({ delta: { content } })),
  { delta: {}, finish_reason: 'stop' },
];

/** Tool calls, their arguments in pieces, all calls mixed. */
export function calls(...wanted) {
  const chunks = wanted.map(([name], index) => ({
    delta: {
      tool_calls: [
        { index, id: `call_${name}_${index}`, type: 'function', function: { name, arguments: '' } },
      ],
    },
  }));
  const pieces = wanted.map(([, given]) => cut(typeof given === 'string' ? given : JSON.stringify(given), 5));
  for (let n = 0; n < 5; n += 1)
    pieces.forEach((list, index) => {
      if (list[n] !== undefined)
        chunks.push({ delta: { tool_calls: [{ index, function: { arguments: list[n] } }] } });
    });
  return [...chunks, { delta: {}, finish_reason: 'tool_calls' }];
}

function cut(text, pieces) {
  const size = Math.max(1, Math.ceil(text.length / pieces));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, n) =>
    text.slice(n * size, (n + 1) * size),
  );
}

export function bytesOf(chunks, usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 }) {
  const event = (data) =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', ...data })}\r\n\r\n`;
  const events = chunks.map((choice) => event({ choices: [{ index: 0, finish_reason: null, ...choice }] }));
  return Buffer.from(`: comment\n\n${events.join('')}${event({ choices: [], usage })}data: [DONE]\n\n`);
}

/**
 * @param {(object[]|{status: number}|((response: http.ServerResponse) => void))[]} script one entry for each request
 * @returns {Promise<{url: string, requests: {headers: object, body: object, path: string}[]}>}
 */
export async function openaiServer(t, script, { cutBytes = 7 } = {}) {
  const requests = [];
  const server = http.createServer(async (request, response) => {
    let text = '';
    for await (const bytes of request) text += bytes;
    const step = script[Math.min(requests.length, script.length - 1)];
    requests.push({ path: request.url, headers: request.headers, body: JSON.parse(text) });
    if (typeof step === 'function') return step(response);
    if (step.status)
      return response
        .writeHead(step.status, { 'Content-Type': 'application/json' })
        .end('{"error":{"message":"no"}}');
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const bytes = bytesOf(step);
    for (let at = 0; at < bytes.length; at += cutBytes) {
      response.write(bytes.subarray(at, at + cutBytes));
      if (at % (cutBytes * 20) === 0) await new Promise(setImmediate);
    }
    response.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => (server.closeAllConnections(), server.close()));
  return { url: `http://127.0.0.1:${server.address().port}/v1`, requests };
}
