// Whether the page's own Content-Security-Policy lets the chat run (README, "The page's policy").
import { allows, has_word, policies_of, sources_of } from '../csp.mjs';
import { has_own_origin, socket_of } from '../shop.mjs';

const readme = 'README, "The page’s policy", has two policies that are tested.';

function script(policy, { page, tag }, blocked) {
  const sources = sources_of(policy, 'script-src-elem');
  if (!sources) return;
  const nonce = tag.attribute('nonce');
  const by_nonce = nonce !== undefined && sources.includes(`'nonce-${nonce}'`);
  // With 'strict-dynamic' names of hosts count for nothing, and what the tag loads is let in with it.
  const by_host = !has_word(sources, "'strict-dynamic'") && allows(sources, tag.src, page.url);
  if (by_nonce || by_host) return;
  const nonces = sources.some((source) => source.startsWith("'nonce-"));
  blocked(
    'csp-script',
    `the tag ${tag.src} is not allowed (script-src)`,
    nonces ? 'Give the tag the page\'s nonce: nonce="…".' : `Add ${tag.src.origin} to script-src.`,
  );
}

function code(policy, { tag }, blocked) {
  const sources = sources_of(policy, 'script-src');
  if (!sources || has_word(sources, "'wasm-unsafe-eval'") || has_word(sources, "'unsafe-eval'")) return;
  if (tag.attribute('data-wasm') === 'off') return;
  blocked(
    'csp-wasm',
    "WebAssembly is not allowed (script-src without 'wasm-unsafe-eval'): the chat runs as plain JavaScript and each page load costs a report",
    'Add \'wasm-unsafe-eval\' to script-src, or data-wasm="off" to the tag.',
  );
}

function addresses(policy, shop, blocked) {
  const { page, tag, api, backend, voice, livekit_url } = shop;
  const sockets = backend === 'shopbell' || backend === 'hal' || ['shopbell', 'hal'].includes(voice);
  const wanted = [
    ['connect-src', tag.src],
    ['style-src-elem', tag.src],
    ['img-src', tag.src],
    ...(backend === 'hal' ? [] : [['connect-src', api]]),
    ...(sockets ? [['connect-src', socket_of(api)]] : []),
    ...(voice === 'livekit' && livekit_url ? [['connect-src', socket_of(livekit_url)]] : []),
    ...(voice === 'off' ? [] : [['media-src', tag.src]]),
  ];
  const missing = new Map();
  for (const [directive, url] of wanted)
    if (!allows(sources_of(policy, directive), url, page.url))
      missing.set(directive, (missing.get(directive) ?? new Set()).add(`${url.protocol}//${url.host}`));
  for (const [directive, origins] of missing)
    blocked(
      `csp-${directive.replace('-elem', '')}`,
      `${[...origins].join(' and ')} is not allowed (${directive.replace('-elem', '')})`,
      `Add ${[...origins].join(' ')} to ${directive.replace('-elem', '')}.`,
    );
}

function worker(policy, { page, tag, voice }, blocked) {
  const sources = sources_of(policy, 'worker-src');
  const given = tag.attribute('data-worker-url');
  if (voice === 'off' || !sources || given === 'none') return;
  if (given ? allows(sources, new URL(given, page.url), page.url) : has_word(sources, 'blob:')) return;
  blocked(
    'csp-worker',
    given
      ? `the worker ${given} is not allowed (worker-src)`
      : 'workers from blob: are not allowed (worker-src): calls run in an audio worklet, and the first costs a report',
    given
      ? "Add 'self' to worker-src."
      : 'Add data-worker-url to the tag: README, "Workers", says with which file, or "none".',
  );
}

function trusted_types(policy, shop, blocked) {
  if (!policy.get('require-trusted-types-for')?.includes("'script'")) return;
  const names = policy.get('trusted-types');
  if (!names || names.includes('shopbell') || names.includes('*')) return;
  blocked(
    'csp-trusted-types',
    'the policy `shopbell` is not allowed (trusted-types)',
    'Add shopbell to trusted-types.',
  );
}

export const policy = {
  name: 'policy',
  title: 'Content-Security-Policy of the page',
  limit_s: 5,
  run(shop, tell) {
    if (!shop.page) return tell.passed_over('no page was given');
    const policies = policies_of(shop.page);
    if (policies.length === 0) return tell.well('the page has none');
    let blocked = 0;
    for (const one of policies)
      for (const look of [script, code, addresses, worker, trusted_types])
        look(one, shop, (id, text, todo) => {
          blocked += 1;
          tell.finding(id, `The page's policy: ${text}.`, `${todo} ${readme}`);
        });
    if (blocked === 0)
      tell.well(
        `${policies.length === 1 ? 'its policy allows' : `its ${policies.length} policies allow`} what this tag needs${has_own_origin(shop) ? ' there and at the back end' : ''}`,
      );
  },
};
