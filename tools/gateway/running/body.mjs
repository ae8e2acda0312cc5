/**
 * What comes of a fetched body; throws the signal's reason when that aborts, and lets the connection go in any case. A fetch of Node 20
 * forgets its own signal once the head has come and memory was collected: a server that falls silent then held its turn for ever.
 * @param {ReadableStream<Uint8Array>} body
 * @param {AbortSignal} signal the fetch's own
 */
export async function* piecesOf(body, signal) {
  const reader = body.getReader();
  const letGo = () => reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener('abort', letGo, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', letGo);
    await letGo();
  }
}
