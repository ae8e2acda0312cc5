// http_send and http_abort by fetch: head, bodies as they arrive, end; or failed.
import type { Concern, Dispatch } from './core';
import type { Header } from './generated/messages';

// Kept before the page can replace it later.
const page_fetch = globalThis.fetch;

export function http(dispatch: Dispatch): Concern<'http_send' | 'http_abort'> {
  const open = new Map<number, AbortController>();

  const exchange = async (
    attempt: number,
    url: string,
    init: RequestInit,
    signal: AbortSignal,
  ): Promise<void> => {
    // After an abort the core has moved on: nothing more is told about this attempt.
    const tell: Dispatch = (event) => {
      if (!signal.aborted) dispatch(event);
    };
    try {
      const response = await page_fetch(url, init);
      const headers: Header[] = [];
      response.headers.forEach((value, name) => headers.push({ name, value }));
      tell({ type: 'http_head', attempt, status: response.status, headers });
      const body = (bytes: Uint8Array): void => tell({ type: 'http_body', attempt, bytes });
      const reader = response.body?.getReader();
      // A page's polyfill of fetch may have no streams.
      if (!reader) body(new Uint8Array(await response.arrayBuffer()));
      for (let chunk; reader && !(chunk = await reader.read()).done;) body(chunk.value);
      tell({ type: 'http_end', attempt });
    } catch (error) {
      tell({ type: 'http_failed', attempt, reason: String(error) });
    }
  };

  const abort = (attempt: number): void => {
    open.get(attempt)?.abort();
    open.delete(attempt);
  };

  return {
    handlers: {
      http_send({ attempt, method, url, headers, body }) {
        const controller = new AbortController();
        open.set(attempt, controller);
        const init: RequestInit = {
          method,
          headers: headers.map(({ name, value }): [string, string] => [name, value]),
          body: body.length ? (body as BodyInit) : null,
          credentials: 'omit',
          cache: 'no-store',
          signal: controller.signal,
        };
        void exchange(attempt, url, init, controller.signal).then(() => open.delete(attempt));
      },
      http_abort({ attempt }) {
        abort(attempt);
      },
    },
    reset() {
      for (const attempt of [...open.keys()]) abort(attempt);
    },
  };
}
