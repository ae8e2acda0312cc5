// A voice of the OpenAI shape (POST /v1/audio/speech) for tests: espeak-ng behind it, at the 24 kHz that the real one has, sent in pieces.
import http from 'node:http';
import { body_of, refuse } from './recogniser.mjs';
import { speak } from './speech.mjs';
import { wav_bytes } from './wav.mjs';

const rate_hz = 24_000;
const piece_bytes = 4_801; // odd, so that samples are cut in their middle

/**
 * @param {{piece_ms?: number, behave?: (request: {n: number, input: string, response: http.ServerResponse}) => boolean | Promise<boolean>}} options
 *  piece_ms: time between two pieces (100 ms of sound each); behave: for faults; true: it has answered itself
 * @returns {Promise<{url: string, requests: object[], close: () => void}>}
 */
export async function start_speaker({ piece_ms = 0, behave } = {}) {
  const requests = [];
  const answer = async (request, response) => {
    const bytes_in = await body_of(request);
    if (request.method !== 'POST' || request.url !== '/v1/audio/speech') {
      refuse(response, 404, 'not found');
      return;
    }
    const body = JSON.parse(bytes_in);
    requests.push({ ...body, key: request.headers.authorization, at_ms: performance.now() });
    if (await behave?.({ n: requests.length, input: body.input, response })) return;
    if (!body.input || !body.model) {
      refuse(response, 400, 'input and model are needed');
      return;
    }
    const sound = speak(body.input, { rate_hz });
    const wav = wav_bytes(sound);
    const bytes = body.response_format === 'pcm' ? wav.subarray(44) : wav;
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
    for (let at = 0; at < bytes.length && !response.destroyed; at += piece_bytes) {
      response.write(bytes.subarray(at, at + piece_bytes));
      await new Promise((resolve) => (piece_ms ? setTimeout(resolve, piece_ms) : setImmediate(resolve)));
    }
    response.end();
  };
  const server = http.createServer((request, response) => {
    answer(request, response).catch((error) => refuse(response, 500, String(error)));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    requests,
    close: () => (server.closeAllConnections(), server.close()),
  };
}
