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

const digest = (text) => createHash('sha256').update(text).digest();

/** The key that the request carries, if it is one of ours; compared by digest so that time tells nothing. */
export function acceptedKey(headers, apiKeys) {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1];
  const given = headers['x-api-key'] || bearer;
  if (!given) return null;
  return apiKeys.find((key) => timingSafeEqual(digest(key), digest(given))) ?? null;
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
