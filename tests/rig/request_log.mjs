// Reads the gateway's own request log: {at_ms, method, path, headers, status, body}.

const api_path = '/api/chatkit/agent';

export const api_posts = (requests) =>
  requests.filter((request) => request.method === 'POST' && request.path === api_path);

/** The keys in the order in which they arrived; null where a request had none. */
export const keys_of = (posts) => posts.map((post) => post.headers['idempotency-key'] ?? null);
