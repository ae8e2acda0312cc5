// A shop under a strict policy, on an origin of its own, that hears of every violation twice: from the browser's reports, which also tell
// of workers and worklets, and from the page's own events.
import { watch_page } from '../rig/browsers/browser.mjs';
import { start_shop, widget_tag } from '../rig/pages/shop_page.mjs';
import { as_shopper } from '../rig/shopper.mjs';
import { sleep, until } from '../rig/widget.mjs';

const nonce = 'R4nd0mR4nd0m';
const wasm = "'wasm-unsafe-eval'";

/** The two policies that README.md promises; `origins`: the shop's and the widget's. NP: the first, for the npm package. */
const policies = {
  NP: () => [...policies.N().slice(0, -1), 'trusted-types shopbell shopbell-npm'],
  N: () => [
    `script-src 'nonce-${nonce}' 'strict-dynamic' ${wasm}`,
    "object-src 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types shopbell',
  ],
  L: (origins) => [
    "default-src 'none'",
    `script-src ${origins} ${wasm}`,
    `style-src ${origins}`,
    // An http: address does not stand for the same host's sockets.
    `connect-src ${origins} ${origins.replaceAll('http:', 'ws:')}`,
    `img-src ${origins}`,
    `media-src ${origins}`,
    "worker-src 'self'",
  ],
};

/** With nonces: for pages that are not these. */
export const policy_N = { nonce, rules: policies.N().join('; ') };

const page_html = (tag) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Lamp - Corner Shop</title>
<link rel="icon" href="/icon.svg"></head>
<body><main><h1>Desk lamp</h1><p>A lamp for a desk, 39.00.</p></main>
${tag.replace('<script ', `<script nonce="${nonce}" `)}
</body></html>`;

function read_report(request, reports) {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => reports.push(JSON.parse(Buffer.concat(parts).toString())['csp-report']));
}

async function open_strict_shop(stage, { gateway, policy, wasm: allowed = true, tag = {}, element }) {
  const reports = [];
  let csp;
  const attributes = { 'api-url': gateway.url, 'api-key': 'demo', ...tag };
  const html = page_html(element ?? widget_tag(gateway.url, attributes));
  const script = { 'content-type': 'text/javascript' };
  const shop = await start_shop({
    '/': () => ({ html, headers: { 'content-security-policy': csp } }),
    '/icon.svg': {
      html: '<svg xmlns="http://www.w3.org/2000/svg"/>',
      headers: { 'content-type': 'image/svg+xml' },
    },
    '/report': (request) => (read_report(request, reports), { html: '' }),
    '/shopbell-worker.js': { html: `import('${gateway.url}/voice-worker.js');`, headers: script },
  });
  stage.defer(shop.close);
  const rules = policies[policy](`${shop.url} ${gateway.url}`).join('; ');
  csp = `${allowed ? rules : rules.replace(` ${wasm}`, '')}; report-uri ${shop.url}/report`;
  return { url: shop.url, reports };
}

/**
 * A shopper on such a shop's page, in a context of its own.
 * @param {{defer: (fn: () => any) => void}} stage
 * @param {object} options
 * @param {object} options.browser
 * @param {{url: string}} options.gateway
 * @param {'N' | 'NP' | 'L'} options.policy
 * @param {boolean} [options.wasm]  whether the policy allows WebAssembly
 * @param {() => void} [options.script] runs before the page's own
 * @param {object} [options.tag]    attributes
 * @param {string} [options.element] in the tag's place
 * @returns the page; `violations()` waits for what is on its way
 */
export async function open_strict_page(stage, { browser, script, ...options }) {
  const shop = await open_strict_shop(stage, options);
  const context = await browser.new_context({ reducedMotion: 'reduce' });
  stage.defer(() => context.close());
  const page = watch_page(await context.newPage());
  if (script) await page.addInitScript(script);
  await page.addInitScript(() => {
    window.__violations = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      window.__violations.push(`${effectiveDirective} ${blockedURI}`),
    );
  });
  await page.goto(shop.url);
  page.click_at = (x, y) => page.mouse.click(x, y);
  const violations = async () => {
    const events = await page.evaluate(() => window.__violations);
    // Reports are sent a little later than the events.
    await until('a report for each event', () => shop.reports.length >= events.length, {
      seen: () => [events, shop.reports],
    });
    await sleep(300);
    return shop.reports.map((report) => `${report['effective-directive']} ${report['blocked-uri']}`);
  };
  return { page, shopper: as_shopper(page), violations };
}

export const files_of = (page) =>
  page.requests.map(({ url }) => new URL(url).pathname).filter((path) => /\.(js|wasm)$/.test(path));
