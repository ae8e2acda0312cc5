// One HTTP request as the doctor makes it: never thrown, never hanging, its certificate looked at by its own check (checks/tls.mjs) so that
// one that has run out does not hide everything behind it.
import { request as over_http } from 'node:http';
import { request as over_https } from 'node:https';

const answer_bytes_max = 4_000_000;

/** Faults of this machine's side or of a name, of which the server knows nothing: nothing could be checked. */
const here = ['ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'ABORT_ERR'];
const words = {
  ENOTFOUND: 'this name is not known to DNS',
  EAI_AGAIN: 'DNS does not answer',
  ENETUNREACH: 'this machine has no way to that network',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'that host cannot be reached',
  ETIMEDOUT: 'nobody answers there',
  EPROTO: 'no TLS is spoken there',
  ERR_SSL_WRONG_VERSION_NUMBER: 'no TLS is spoken there',
  HPE_INVALID_CONSTANT: 'what answers there is no HTTP server',
};
export const is_here = (error) => here.includes(error?.code);
export const word_of = (error) => words[error?.code] ?? error?.message ?? String(error);

/**
 * @param {URL | string} url
 * @param {{method?: string, headers?: object, body?: string, limit_ms?: number, signal?: AbortSignal, on_bytes?: (at_ms: number, bytes: Buffer) => void}} [options]
 * @returns {Promise<{status: number, headers: object, bytes: Buffer, text: string, error?: Error, head_ms?: number}>} status 0: no answer
 */
export function ask(url, { method = 'GET', headers = {}, body, limit_ms = 10_000, signal, on_bytes } = {}) {
  return new Promise((resolve) => {
    const begun_ms = performance.now();
    const answer = { status: 0, headers: {}, bytes: Buffer.alloc(0), text: '' };
    const parts = [];
    const done = (error) => {
      clearTimeout(limit);
      request.destroy();
      answer.bytes = Buffer.concat(parts);
      answer.text = answer.bytes.toString('utf8');
      resolve({ ...answer, ...(error && { error }) });
    };
    const send = new URL(url).protocol === 'https:' ? over_https : over_http;
    const request = send(
      url,
      { method, headers, agent: false, rejectUnauthorized: false, signal },
      (response) => {
        Object.assign(answer, {
          status: response.statusCode,
          headers: response.headers,
          head_ms: performance.now() - begun_ms,
        });
        let size = 0;
        response.on('data', (bytes) => {
          on_bytes?.(performance.now() - begun_ms, bytes);
          if ((size += bytes.length) <= answer_bytes_max) parts.push(bytes);
          else done();
        });
        response.once('end', () => done());
        response.once('error', done);
      },
    );
    const limit = setTimeout(() => done(new Error(`no whole answer within ${limit_ms / 1_000} s`)), limit_ms);
    request.on('error', done);
    request.end(body);
  });
}

const redirects_max = 5;

/** Follows redirects. @returns {Promise<object>} as `ask`, with `url` and `redirects` */
export async function ask_on(url, options) {
  const redirects = [];
  for (let at = new URL(url); ;) {
    const answer = await ask(at, options);
    const to = answer.headers.location;
    if (!(answer.status >= 300 && answer.status < 400) || !to || !URL.canParse(to, at.href))
      return { ...answer, url: at, redirects };
    if (redirects.length === redirects_max)
      return { ...answer, url: at, redirects, error: new Error(`more than ${redirects_max} redirects`) };
    redirects.push(at.href);
    at = new URL(to, at);
    if (!/^https?:$/.test(at.protocol))
      return { ...answer, url: at, redirects, error: new Error('a redirect to no web page') };
  }
}

/** The answer as JSON, or undefined. */
export function json_of({ text }) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
