// Server-sent events: which requests want them, and one stream written to one response.

/** True when `Accept` ranks text/event-stream above application/json (RFC 9110 §12.5.1; on a tie the first named wins). */
export function prefersEventStream(accept) {
  if (typeof accept !== 'string') return false;
  let best = { quality: 0, stream: false };
  for (const part of accept.slice(0, 1000).split(',')) {
    const [range, ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = weight ? Number(weight.slice(2)) : 1;
    const stream = range === 'text/event-stream';
    if (!stream && !['application/json', 'application/*', '*/*'].includes(range)) continue;
    if (quality > best.quality) best = { quality, stream };
  }
  return best.stream;
}

/**
 * Writes a run's events to `response` from the one after `lastEventId`, then live until its end.
 * A page that goes away only stops listening; the run goes on.
 * @param {import('node:http').ServerResponse} response
 * @param {import('../assistant/turns.mjs').Run} run
 */
export function streamRun(response, run, { lastEventId, pingMs, headers }) {
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  // The head alone tells the page that its message is stored, long before the first word.
  response.flushHeaders();
  const ping = setInterval(() => response.write(': ping\n\n'), pingMs);
  const stop = run.subscribe(lastEventId, (entry) => {
    response.write(`id: ${entry.id}\nevent: ${entry.event}\ndata: ${JSON.stringify(entry.data)}\n\n`);
    if (entry.event === 'done' || entry.event === 'error') {
      clearInterval(ping);
      response.end();
    }
  });
  response.on('close', () => {
    clearInterval(ping);
    stop();
  });
  // A socket that dies mid-write reports here; 'close' follows and does the rest.
  response.on('error', () => {});
}
