// What an agent and a page post to the gateway beside messages.
import { shopOrigin } from '../helpers.mjs';

export const agentKey = 'an-agents-key-of-tests';
export const asAgent = { Authorization: `Bearer ${agentKey}` };
export const asPage = { Origin: shopOrigin, 'X-API-Key': 'demo' };

/** @returns {Promise<{status: number, headers: Headers, secret: string|null, body: any}>} */
export async function postTo(gateway, path, body, { headers = asAgent, secret, raw } = {}) {
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(secret && { 'X-Session-Secret': secret }),
      ...headers,
    },
    body: raw ?? JSON.stringify(body),
  });
  const { status, headers: answered } = response;
  return { status, headers: answered, secret: answered.get('x-session-secret'), body: await response.json() };
}
