// Asks the gateway for a token as a page does, and looks into what comes.
import { shopOrigin } from '../helpers.mjs';

/** @returns {Promise<{status: number, headers: Headers, secret: string|null, body: any, claims: any}>} */
export async function askToken(gateway, body, { secret, headers = {}, raw } = {}) {
  const response = await fetch(`${gateway.url}/api/livekit/token`, {
    method: 'POST',
    headers: {
      ...{ 'Content-Type': 'application/json', Origin: shopOrigin },
      ...(secret && { 'X-Session-Secret': secret }),
      ...headers,
    },
    body: raw ?? JSON.stringify(body),
  });
  const answer = await response.json();
  return {
    status: response.status,
    headers: response.headers,
    secret: response.headers.get('x-session-secret'),
    body: answer,
    claims: answer.token && JSON.parse(Buffer.from(answer.token.split('.')[1], 'base64url').toString()),
  };
}
