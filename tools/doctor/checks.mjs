// What is looked at, in this order: each leaves in `shop` what the next ones need.
import { agent } from './checks/agent.mjs';
import { chat, idempotency } from './checks/chat.mjs';
import { cors } from './checks/cors.mjs';
import { integrity_policy } from './checks/integrity_policy.mjs';
import { page } from './checks/page.mjs';
import { policy } from './checks/policy.mjs';
import { ports } from './checks/ports.mjs';
import { signal } from './checks/signal.mjs';
import { tag } from './checks/tag.mjs';
import { tls } from './checks/tls.mjs';
import { token } from './checks/token.mjs';
import { upgrade } from './checks/upgrade.mjs';

const needs_tag = (check) => ({
  ...check,
  run: (shop, tell) =>
    shop.tag
      ? check.run(shop, tell)
      : tell.unknown('without a tag nothing is known of the chat', 'Put "The page and its tag" right first.'),
});

/** @type {import('./examine.mjs').Check[]} */
export const checks = [
  page,
  tls,
  ...[tag, policy, integrity_policy, cors, upgrade, chat, idempotency, token].map(needs_tag),
  ...[signal, ports, agent],
];

/** What leaves something in `shop` for another. */
const needs = {
  idempotency: ['chat'],
  signal: ['tls', 'token'],
  ports: ['signal'],
  agent: ['signal'],
  tag: ['tls'],
};

/** The checks of these names, with those that they need, in their order. @param {string[]} names */
export function with_needs(names) {
  const wanted = new Set(['page']);
  const want = (name) => {
    wanted.add(name);
    (needs[name] ?? []).forEach(want);
  };
  names.forEach(want);
  return checks.filter(({ name }) => wanted.has(name));
}
