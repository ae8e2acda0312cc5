// Which pages may call the API, and what a browser is told about it.

const allowedHeaders =
  'Content-Type, X-API-Key, Authorization, Idempotency-Key, X-Client-Source, Last-Event-ID, X-Session-Secret';
const exposedHeaders =
  'Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Session-Secret';
const preflightSeconds = 7200;

/** True for http(s) origins of this very machine, any port. */
export function isLocalhost(origin) {
  if (typeof origin !== 'string' || !URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  return (
    /^https?:$/.test(protocol) &&
    (/^(.+\.)?localhost$/.test(hostname) || ['127.0.0.1', '[::1]'].includes(hostname))
  );
}

/** A request without Origin (curl, another server) is no page: the key alone decides about it. */
export function originAllowed(origin, config) {
  if (origin === undefined) return true;
  return config.allowedOrigins.includes(origin) || (config.allowLocalhost && isLocalhost(origin));
}

/**
 * Headers for every API answer, errors included: without them the page could not read why it was refused. A page of an origin that
 * is not allowed may read that it isn't: its request is refused before its body is looked at.
 */
export function corsHeaders(origin, config) {
  const headers = { Vary: 'Origin', 'Cross-Origin-Resource-Policy': 'cross-origin' };
  if (origin === undefined) return headers;
  if (!originAllowed(origin, config)) return { ...headers, 'Access-Control-Allow-Origin': '*' };
  return {
    ...headers,
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Expose-Headers': exposedHeaders,
  };
}

export const preflightHeaders = {
  'Access-Control-Allow-Methods': 'POST, OPTIONS',
  'Access-Control-Allow-Headers': allowedHeaders,
  'Access-Control-Max-Age': String(preflightSeconds),
};
