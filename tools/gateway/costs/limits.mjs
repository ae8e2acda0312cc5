// Rate limits. Addresses are counted in memory (a restart forgets them); sessions and the daily budget are counted
// from the stored turns, so a restart does not open them again.
import { isIP } from 'node:net';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const addressesMax = 10_000;

/**
 * @typedef {{limit: number, remaining: number, resetMs: number, retryAfterSeconds: number, allowed: boolean}} Verdict
 */

function verdict(limit, used, resetMs, nowMs) {
  const allowed = used <= limit;
  const retryAfterSeconds = Math.max(1, Math.ceil((resetMs - nowMs) / 1000));
  return { limit, remaining: Math.max(0, limit - used), resetMs, retryAfterSeconds, allowed };
}

/**
 * Whom an address counts as. Of IPv6 whoever has one address has 2^64 of them, its first four groups; an IPv4 address may come in IPv6's
 * clothes (RFC 4291, section 2.5.5.2).
 */
export function addressKey(address) {
  if (isIP(address) !== 6) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1];
  const [before, after] = address
    .split('%')[0]
    .split('::')
    .map((part) => part.split(':').filter(Boolean));
  const zeros = after ? Math.max(0, 8 - before.length - after.length) : 0;
  return [...before, ...Array(zeros).fill('0'), ...(after ?? [])]
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}

// A customer is given a /48 (RFC 6177, section 2) and with it 65,536 of what counts as an address. Behind one there may also be a company, or
// with some carriers many phones; so it may do what ten addresses may.
const siteTimes = 10;

/**
 * The networks that an address, or an address's key, counts for, with how many times an address's bound each of them has.
 * @returns {{key: string, times: number}[]} the address itself first
 */
export function networksOf(address) {
  const key = addressKey(address);
  const site = /^([\da-f]+:[\da-f]+:[\da-f]+):[\da-f]+$/.exec(key)?.[1];
  return [{ key, times: 1 }, ...(site ? [{ key: `${site}::/48`, times: siteTimes }] : [])];
}

/** Requests a minute from one address, in a window that starts with its first request. */
export class AddressLimit {
  #windows = new Map();

  constructor(perMinute) {
    this.perMinute = perMinute;
  }

  /** @returns {Verdict} the address's own, or that of its wider network when that one has had its share */
  take(from, nowMs) {
    const verdicts = networksOf(from).map(({ key, times }) => this.#take(key, times * this.perMinute, nowMs));
    return verdicts.reduce((least, one) => (!one.allowed && least.allowed ? one : least));
  }

  #take(key, limit, nowMs) {
    let window = this.#windows.get(key);
    if (!window || nowMs >= window.resetMs || window.resetMs - nowMs > minuteMs) {
      // Kept in the order of their windows, so that in a flood of addresses the oldest goes first.
      this.#windows.delete(key);
      if (this.#windows.size >= addressesMax) this.#windows.delete(this.#windows.keys().next().value);
      window = { used: 0, resetMs: nowMs + minuteMs };
      this.#windows.set(key, window);
    }
    window.used = Math.min(window.used + 1, limit + 1);
    return verdict(limit, window.used, window.resetMs, nowMs);
  }
}

/** Messages an hour in one session, this new one included. @returns {Verdict} */
export function sessionLimit(store, scope, sessionId, perHour, nowMs) {
  const { count, oldestMs } = store.turns.since(scope, sessionId, nowMs - hourMs, nowMs);
  return verdict(perHour, count + 1, (oldestMs ?? nowMs) + hourMs, nowMs);
}

export function limitHeaders(verdict) {
  return {
    'X-RateLimit-Limit': String(verdict.limit),
    'X-RateLimit-Remaining': String(verdict.remaining),
    'X-RateLimit-Reset': new Date(verdict.resetMs).toISOString(),
  };
}

export function tooManyRequests(verdict) {
  const seconds = verdict.retryAfterSeconds;
  return {
    status: 429,
    headers: { ...limitHeaders(verdict), 'Retry-After': String(seconds) },
    body: {
      error: 'Too many requests',
      message: `Rate limit exceeded. Please try again in ${seconds} seconds.`,
      retryAfter: seconds,
    },
  };
}

/** The rough measure that all limits on tokens use: four characters a token. */
export const estimateTokens = (characters) => Math.ceil(characters / 4);
