// Stand-ins for what a shop pays for: a model, a voice and a recogniser that count what they are asked, by who asked. Real ones would cost
// what is to be shown to be bounded, and cannot say for whom they worked. And a clock that jumps, since nobody waits for an hour.
import http from 'node:http';

const charactersPerSecond = 14;
const pcmRateHz = 24_000;

async function serve(t, answer) {
  const server = http.createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    answer(Buffer.concat(pieces), response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${server.address().port}/v1`;
}

const chunk = (choice) => `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`;

/**
 * @param {(asked: {text: string, tools: boolean, n: number}) => {fails?: boolean, tool?: boolean, pieces?: string[]}} answer
 * @param {(text: string) => string} whoseOf who asked, by what they say
 */
export async function countingModel(t, answer, whoseOf) {
  const requests = {};
  let n = 0;
  const url = await serve(t, (bytes, response) => {
    const { messages, tool_choice } = JSON.parse(bytes);
    const text = messages.findLast(({ role }) => role === 'user').content;
    const who = whoseOf(text);
    requests[who] = (requests[who] ?? 0) + 1;
    const { fails, tool, pieces = [] } = answer({ text, tools: tool_choice === 'auto', n: (n += 1) });
    if (fails) return response.writeHead(500).end();
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    if (tool) {
      const call = { index: 0, id: 'c', function: { name: 'store_info', arguments: '{"topic":"hours"}' } };
      response.write(chunk({ delta: { tool_calls: [call] } }));
      return response.end(`${chunk({ delta: {}, finish_reason: 'tool_calls' })}data: [DONE]\n\n`);
    }
    for (const content of pieces) response.write(chunk({ delta: { content } }));
    return response.end(`${chunk({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`);
  });
  return { url, requests };
}

/** Speaks as long as a voice would, in silence. */
export async function countingVoice(t, whoseOf) {
  const seconds = {};
  const inputs = [];
  const url = await serve(t, (bytes, response) => {
    const { input } = JSON.parse(bytes);
    const spoken_s = input.length / charactersPerSecond;
    const who = whoseOf(input);
    inputs.push(input);
    seconds[who] = (seconds[who] ?? 0) + spoken_s;
    response.writeHead(200).end(Buffer.alloc(Math.round(spoken_s * pcmRateHz) * 2));
  });
  return { url, seconds, inputs };
}

/** @param {(loudness: number) => {who: string, words: string}} heard by the mean of the samples' sizes */
export async function countingEar(t, heard, takesMs = 0) {
  const seconds = {};
  const requests = {};
  const url = await serve(t, (bytes, response) => {
    const wav = bytes.subarray(bytes.indexOf('RIFF'));
    const sound = Uint8Array.prototype.slice.call(wav, 44, 44 + wav.readUInt32LE(40));
    const samples = new Int16Array(sound.buffer);
    const spoken_s = samples.length / 16_000;
    const loudness = samples.reduce((sum, sample) => sum + Math.abs(sample), 0) / samples.length;
    const { who, words } = heard(loudness);
    seconds[who] = (seconds[who] ?? 0) + spoken_s;
    requests[who] = (requests[who] ?? 0) + 1;
    setTimeout(() => response.writeHead(200).end(JSON.stringify({ text: words })), takesMs);
  });
  return { url, seconds, requests };
}

/** A clock that can be put forward, for all of this process: the gateway's two clocks are these. Timers keep their own time. */
export function jumpingClock(t) {
  const [dateNow, performanceNow] = [Date.now, performance.now];
  let aheadMs = 0;
  Date.now = () => Math.round(dateNow.call(Date) + aheadMs);
  performance.now = () => performanceNow.call(performance) + aheadMs;
  t.after(() => {
    Date.now = dateNow;
    performance.now = performanceNow;
  });
  return { pass: (ms) => (aheadMs += ms) };
}
