// A recogniser of the OpenAI shape (POST /v1/audio/transcriptions) for tests. It is told which sentences there may be, lets espeak-ng speak
// each, and answers with the one that the sound it is given is nearest to, or with "" when none is near: its answer depends on the sound.
import http from 'node:http';
import { speak } from './speech.mjs';
import { parse_wav } from './wav.mjs';
import { best_match, features_of } from './word_match.mjs';

const known = new Map();
/** A sentence with its features; spoken once, since that holds up the process. */
export function candidate(text, { voice, words_a_minute } = {}) {
  const key = JSON.stringify([text, voice, words_a_minute]);
  if (!known.has(key)) {
    const sound = speak(text, { rate_hz: 16_000, voice, words_a_minute });
    known.set(key, { text, features: features_of(sound) });
  }
  return known.get(key);
}

const body_bytes_max = 8 * 1024 * 1024;

/**
 * @param {{candidates: string[], voice?: string, words_a_minute?: number, port?: number,
 *  behave?: (request: {n: number, response: http.ServerResponse}) => boolean | Promise<boolean>}} options
 *  behave: for faults; called before each answer, true: it has answered itself
 * @returns {Promise<{url: string, heard: {text: string, distance: number, second: number, sound: object, fields: object}[],
 *  close: () => void}>}
 */
export async function start_recogniser({ candidates, voice, words_a_minute, port = 0, behave }) {
  const spoken = candidates.map((text) => candidate(text, { voice, words_a_minute }));
  const heard = [];
  let requests = 0;
  const answer = async (request, response) => {
    const bytes = await body_of(request);
    requests += 1;
    if (await behave?.({ n: requests, response })) return undefined;
    if (request.method !== 'POST' || request.url !== '/v1/audio/transcriptions')
      return refuse(response, 404, 'not found');
    let form;
    let sound;
    try {
      const { headers } = request;
      form = await new Response(bytes, { headers: { 'content-type': headers['content-type'] } }).formData();
      sound = parse_wav(Buffer.from(await form.get('file').arrayBuffer()));
    } catch {
      return refuse(response, 400, 'a multipart form with a WAV file is needed');
    }
    const match = best_match(features_of(sound), spoken);
    const fields = Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'));
    heard.push({ ...match, sound, fields, key: request.headers.authorization });
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ text: match.text }));
    return undefined;
  };
  const server = http.createServer((request, response) => {
    answer(request, response).catch((error) => refuse(response, 500, String(error)));
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    heard,
    close: () => (server.closeAllConnections(), server.close()),
  };
}

export function refuse(response, status, message) {
  if (response.headersSent) return response.destroy();
  const error = { message, type: 'invalid_request_error' };
  return response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error }));
}

export async function body_of(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > body_bytes_max) throw new Error('body too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
