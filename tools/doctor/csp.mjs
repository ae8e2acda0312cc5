// Content-Security-Policy as far as a tag of Shopbell meets it: which sources a directive has, and whether an address is among them
// (CSP Level 3, sections 6.7.2 and 6.8).

/** Every policy holds: those of the header, whose commas part them, and those of meta elements. @returns {Map<string, string[]>[]} */
export function policies_of({ headers, html }) {
  const metas = [
    ...html.matchAll(/<meta\b[^>]*http-equiv\s*=\s*["']?content-security-policy["'\s][^>]*>/gi),
  ].map(([meta]) => /\scontent\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(meta)?.slice(1).find(Boolean) ?? '');
  return [...(headers['content-security-policy'] ?? '').split(','), ...metas]
    .map((text) => {
      const directives = new Map();
      for (const part of text.split(';')) {
        const [name, ...values] = part.trim().split(/\s+/);
        if (name && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), values);
      }
      return directives;
    })
    .filter((directives) => directives.size > 0);
}

const falls_back = {
  'script-src-elem': ['script-src', 'default-src'],
  'script-src': ['default-src'],
  'style-src-elem': ['style-src', 'default-src'],
  'worker-src': ['child-src', 'script-src', 'default-src'],
};

/** @returns {string[] | undefined} undefined: nothing limits it */
export function sources_of(policy, directive) {
  const names = [directive, ...(falls_back[directive] ?? ['default-src'])];
  return policy.get(names.find((name) => policy.has(name)));
}

const ports = { 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443' };
const safer = {
  http: ['http:', 'https:'],
  ws: ['ws:', 'wss:', 'http:', 'https:'],
  https: ['https:'],
  wss: ['wss:'],
};

function matches(source, url, page) {
  if (source === '*') return /^(?:https?|wss?):$/.test(url.protocol);
  if (source.toLowerCase() === "'self'")
    return (
      url.host === page.host && (url.protocol === page.protocol || /^(?:https|wss):$/.test(url.protocol))
    );
  if (/^[a-z][a-z0-9+.-]*:$/i.test(source))
    return (safer[source.slice(0, -1).toLowerCase()] ?? [source.toLowerCase()]).includes(url.protocol);
  const parts =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[\w.-]+|\[[\da-f:]+\])(?::(\*|\d+))?(\/[^?#]*)?$/i.exec(
      source,
    );
  if (!parts) return false;
  const [, scheme, host, port, path] = parts;
  const schemes = scheme
    ? (safer[scheme.toLowerCase()] ?? [`${scheme.toLowerCase()}:`])
    : [page.protocol, 'https:', 'wss:'];
  if (!schemes.includes(url.protocol)) return false;
  const name = host.toLowerCase();
  if (name.startsWith('*.') ? !url.hostname.endsWith(name.slice(1)) : name !== '*' && name !== url.hostname)
    return false;
  const own_port = url.port || ports[url.protocol];
  if (port !== '*' && own_port !== (port ?? ports[url.protocol])) return false;
  return (
    !path || path === '/' || (path.endsWith('/') ? url.pathname.startsWith(path) : url.pathname === path)
  );
}

/** @param {string[] | undefined} sources @param {URL} url @param {URL} page */
export const allows = (sources, url, page) =>
  !sources || sources.some((source) => matches(source, url, page));

export const has_word = (sources, word) => sources?.some((source) => source.toLowerCase() === word) ?? false;
