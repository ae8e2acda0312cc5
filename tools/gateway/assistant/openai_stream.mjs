// One streamed chat completion of an OpenAI-compatible server: the request, and its chunks put together.
import { piecesOf } from '../running/body.mjs';

const lineCharactersMax = 1_000_000;
const argumentsMax = 20_000;
const toolCallsMax = 8;

export class UpstreamError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Lines of a byte stream, split anywhere; CR LF and LF end a line. */
async function* linesOf(pieces) {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of pieces) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = parts.pop();
    if (rest.length > lineCharactersMax) throw new UpstreamError('upstream_line_too_long');
    for (const part of parts) yield part.endsWith('\r') ? part.slice(0, -1) : part;
  }
  if (rest !== '') yield rest;
}

/** @typedef {{text: string, toolCalls: {id: string, name: string, arguments: string}[], usage: object|null}} Completion */

/**
 * @param {object} body the request, without `stream`
 * @param {{url: string, apiKey: string, signal: AbortSignal, silenceMs: number, onText: (text: string) => void,
 *  onToken: (characters: number) => void}} options onToken: what the model has written, arguments of tools too
 * @returns {Promise<Completion>}
 */
export async function streamCompletion(body, { url, apiKey, signal, silenceMs, onText, onToken }) {
  const silence = new AbortController();
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(new UpstreamError('upstream_silent')), silenceMs);
  };
  heard();
  const ended = AbortSignal.any([signal, silence.signal]);
  try {
    const response = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(apiKey ? { Authorization: `Bearer ${apiKey}` } : {}),
      },
      body: JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } }),
      signal: ended,
      redirect: 'error',
    });
    if (!response.ok) throw new UpstreamError(`upstream_status_${response.status}`);
    if (!response.body) throw new UpstreamError('upstream_empty');
    return await collect(piecesOf(response.body, ended), { heard, onText, onToken });
  } catch (error) {
    if (silence.signal.aborted) throw silence.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function collect(pieces, { heard, onText, onToken }) {
  const calls = new Map();
  let text = '';
  let usage = null;
  let ended = false;
  for await (const line of linesOf(pieces)) {
    heard();
    if (!line.startsWith('data:')) continue;
    const data = line.slice(5).trim();
    if (data === '[DONE]') {
      ended = true;
      break;
    }
    const chunk = parsed(data);
    if (chunk.error) throw new UpstreamError('upstream_error');
    usage = chunk.usage ?? usage;
    const choice = chunk.choices?.[0];
    if (typeof choice?.delta?.content === 'string' && choice.delta.content !== '') {
      text += choice.delta.content;
      onToken(choice.delta.content.length);
      onText(choice.delta.content);
    }
    for (const piece of choice?.delta?.tool_calls ?? []) {
      onToken(piece?.function?.arguments?.length ?? 0);
      addPiece(calls, piece);
    }
    if (choice?.finish_reason) ended = true;
  }
  // A connection that closes without an end is a cut answer, not a short one.
  if (!ended) throw new UpstreamError('upstream_cut');
  return { text, usage, toolCalls: [...calls.values()] };
}

function parsed(data) {
  let chunk;
  try {
    chunk = JSON.parse(data) ?? {};
  } catch {
    throw new UpstreamError('upstream_not_json');
  }
  if (!isChunk(chunk)) throw new UpstreamError('upstream_not_a_chunk');
  return chunk;
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isAbsent = (value) => value === undefined || value === null;
const isText = (value) => isAbsent(value) || typeof value === 'string';

/** Whether what is read of it has the types that it is read as; servers leave out what they like, or give null. */
const isChunk = ({ usage, choices }) =>
  (isAbsent(usage) || isObject(usage)) &&
  (isAbsent(choices) || (Array.isArray(choices) && choices.every(isChoice)));
const isChoice = (choice) =>
  isObject(choice) && (isAbsent(choice.delta) || (isObject(choice.delta) && isDelta(choice.delta)));
const isDelta = ({ tool_calls: calls }) =>
  isAbsent(calls) || (Array.isArray(calls) && calls.every((call) => isObject(call) && isCall(call)));
const isCall = ({ function: called }) =>
  isAbsent(called) || (isObject(called) && isText(called.name) && isText(called.arguments));

/** Id and name come once, arguments in pieces; `index` says which call a piece belongs to. */
function addPiece(calls, piece) {
  const index = Number.isInteger(piece?.index) ? piece.index : 0;
  let call = calls.get(index);
  if (!call) {
    if (calls.size >= toolCallsMax) throw new UpstreamError('upstream_too_many_tool_calls');
    calls.set(index, (call = { id: `call_${index}`, name: '', arguments: '' }));
  }
  if (typeof piece.id === 'string' && piece.id !== '') call.id = piece.id;
  if (typeof piece.function?.name === 'string') call.name += piece.function.name;
  if (typeof piece.function?.arguments === 'string') call.arguments += piece.function.arguments;
  if (call.arguments.length > argumentsMax) throw new UpstreamError('upstream_arguments_too_long');
}
