// Posts to the gateway as another server does: no page, no origin.

/** @returns {Promise<number>} the status, once the whole answer was read */
export async function post_to_gateway(gateway, path, body, headers) {
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  await response.text();
  return response.status;
}
