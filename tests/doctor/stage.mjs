// A shop for the doctor: a real gateway, a page with its tag, and what is asked of both.
import { after } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { consult } from '../rig/doctor.mjs';
import { start_gateway } from '../rig/gateway.mjs';
import { shop_html, start_shop, widget_tag } from '../rig/pages/shop_page.mjs';

/** @param {() => Promise<{close: () => any}>} start */
export async function for_this_file(start) {
  const part = await start();
  after(part.close);
  return part;
}

export const new_gateway = (options) => for_this_file(() => start_gateway(options));

/**
 * One visit to a page.
 * @param {object} page
 * @param {{url: string}} page.gateway
 * @param {object} [page.tag]      attributes over the tag's usual ones
 * @param {string} [page.element]  in place of the tag
 * @param {object} [page.headers]  of the page
 * @param {string} [page.head]
 * @param {string[]} [args]
 */
export async function visit({ gateway, tag = {}, element, headers = {}, head = '' }, args = []) {
  const attributes = { 'api-url': gateway.url, 'api-key': 'demo', idempotency: 'on', ...tag };
  const html = shop_html(element ?? widget_tag(gateway.url, attributes), { head });
  const shop = await start_shop({ '/': { html, headers } });
  try {
    return await consult([shop.url, ...args]);
  } finally {
    await shop.close();
  }
}

/** The finding is there, says these words, and ends the command with 1. */
export function assert_found(outcome, id, ...words) {
  assert.equal(outcome.exit, 1, outcome.output);
  assert.ok(outcome.ids.includes(id), `no finding ${id}, but: ${outcome.ids.join(', ')}\n${outcome.output}`);
  for (const word of words) assert.match(outcome.told(id), word);
}

/** A server that answers as no healthy part of ours does. */
export const server_of = (answer) =>
  for_this_file(async () => {
    const server = createServer(answer);
    // What was upgraded is none of the server's connections any more.
    const sockets = new Set();
    server.on('connection', (socket) => sockets.add(socket));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      server,
      url: `http://localhost:${server.address().port}`,
      close: () =>
        new Promise((resolve) => {
          server.close(resolve);
          for (const socket of sockets) socket.destroy();
        }),
    };
  });
