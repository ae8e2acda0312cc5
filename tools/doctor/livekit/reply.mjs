// What token endpoints answer: each has its own names for the server's address and the token (the widget reads the same).
const is_text = (value) => typeof value === 'string' && value !== '';
const first = (object, ...names) => names.map((name) => object[name]).find(is_text);

/** @returns {{url?: string, token?: string}} */
export function read_reply(reply) {
  const inner = typeof reply?.data === 'object' && reply.data !== null ? reply.data : (reply ?? {});
  return {
    url: first(inner, 'url', 'serverUrl', 'server_url', 'livekitUrl', 'livekit_url'),
    token: first(inner, 'token', 'participantToken', 'participant_token', 'accessToken'),
  };
}

/** A JWT's claims, unproven: whether it is right is for LiveKit to say. */
export function claims_of(token) {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
