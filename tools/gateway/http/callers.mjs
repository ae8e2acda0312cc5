// Who calls the API, and how one that may not is told.
import { createHash, timingSafeEqual } from 'node:crypto';
import { isLocalhost, originAllowed } from './cors.mjs';

export const refusal = {
  key: {
    status: 401,
    headers: { 'WWW-Authenticate': 'Bearer realm="ChatKit API"' },
    body: {
      error: 'Authentication failed',
      message: 'A valid API key is required (X-API-Key or Authorization: Bearer)',
    },
  },
  origin: { status: 403, headers: {}, body: { error: 'Forbidden', message: 'Request origin not allowed' } },
  closing: {
    status: 503,
    headers: { 'Retry-After': '5', Connection: 'close' },
    body: {
      error: 'Service temporarily unavailable',
      message: 'The shop is restarting. Please try again.',
      retryAfter: 5,
    },
  },
  json: { status: 400, headers: {}, body: { error: 'Invalid JSON payload' } },
};

/** What was sent can be read, and not used. @param {{field: string, message: string}[]} details */
export const invalid = (details) => ({
  status: 400,
  headers: {},
  body: { error: 'Validation failed', details },
});

const digest = (text) => createHash('sha256').update(text).digest();

/** Compared by digest, so that time tells nothing. @returns {string|null} which one it is */
export const keyAmong = (given, keys) =>
  keys.find((key) => timingSafeEqual(digest(key), digest(given))) ?? null;

/** @returns {string|undefined} the key that the request carries, whosever it is */
export const keyOf = ({ authorization, 'x-api-key': key }) =>
  key || /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1];

/** The same, if it is one of ours. */
export function acceptedKey(headers, apiKeys) {
  const given = keyOf(headers);
  return given ? keyAmong(given, apiKeys) : null;
}

export const refuser =
  (metrics) =>
  (reply, { status, headers, body }) => {
    metrics.refused(status);
    return reply.code(status).headers(headers).send(body);
  };

const hasKey = ({ authorization, 'x-api-key': key }) => Boolean(key || authorization);

/**
 * Where a page need not show a key: older widgets send none for calls, and the key of a page is public. A request that has no origin is no
 * page's, so it shows one.
 * @returns {object|null} the refusal; null: it may call
 */
export function mayCall(headers, config) {
  const keyless = headers.origin !== undefined && !hasKey(headers);
  if (!keyless && acceptedKey(headers, config.apiKeys) === null) {
    if (!(config.localhostNeedsNoKey && isLocalhost(headers.origin))) return refusal.key;
  }
  return originAllowed(headers.origin, config) ? null : refusal.origin;
}
