// A model server's stream, cut anywhere: it ends in a completion of the promised types or in an UpstreamError, and the text that was handed
// on piece by piece is the text. The network is left out: fetch gives a real Response of these bytes.
import assert from 'node:assert/strict';
import { streamCompletion, UpstreamError } from '../../../tools/gateway/assistant/openai_stream.mjs';

const chunk = (delta, more = {}) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, ...more }] })}\n\n`;
const call = (index, name, text) => ({
  index,
  id: `c${index}`,
  type: 'function',
  function: { name, arguments: text },
});
const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
const end = 'data: [DONE]\n\n';
export const seeds = [
  `${chunk({ role: 'assistant', content: '' })}${chunk({ content: 'Grüße, 你好' })}${chunk({}, { finish_reason: 'stop' })}data: ${JSON.stringify({ choices: [], usage })}\n\n${end}`,
  `: ping\r\n\r\n${chunk({ content: 'one' })}${chunk({ content: ' two' })}${end}`,
  `${chunk({ tool_calls: [call(0, 'search_products', '{"que'), call(1, 'store_info', '{}')] })}${chunk({ tool_calls: [{ index: 0, function: { arguments: 'ry":"lamp"}' } }] })}${chunk({}, { finish_reason: 'tool_calls' })}${end}`,
  `data: ${JSON.stringify({ error: { message: 'overloaded' } })}\n\n`,
  chunk({ content: 'cut' }),
];

function body_of(bytes) {
  const step = 1 + (bytes.length % 97);
  return new ReadableStream({
    start(stream) {
      for (let at = 0; at < bytes.length; at += step)
        stream.enqueue(new Uint8Array(bytes.subarray(at, at + step)));
      stream.close();
    },
  });
}

export async function one(bytes) {
  globalThis.fetch = async () => new Response(body_of(bytes));
  let handed_on = '';
  const options = {
    ...{ url: 'http://127.0.0.1:9', apiKey: '', signal: new AbortController().signal, silenceMs: 60_000 },
    onText: (text) => (handed_on += text),
    onToken: (characters) =>
      assert.ok(Number.isInteger(characters) && characters >= 0, `tokens: ${characters}`),
  };
  let completion;
  try {
    completion = await streamCompletion({ messages: [] }, options);
  } catch (error) {
    if (error instanceof UpstreamError) return error.code;
    throw error;
  }
  assert.equal(handed_on, completion.text);
  assert.ok(completion.usage === null || typeof completion.usage === 'object');
  assert.ok(completion.toolCalls.length <= 8);
  for (const { id, name, arguments: text } of completion.toolCalls)
    assert.ok([id, name, text].every((part) => typeof part === 'string'));
  return `${completion.text !== ''} ${completion.toolCalls.length} ${completion.usage !== null}`;
}
