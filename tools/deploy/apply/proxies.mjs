// How each proxy is asked whether a configuration is right, and how it takes one up without ending what is connected.
//
//   before     its check reads the new file by itself, before it is put in its place; nginx's reads the whole configuration, so there the
//              new file has to be in its place
//   pid_file   of the process whose children serve: a reload has worked when there is a new one
const named = /\bCaddyfile$|\.(?:cfg|conf)$/i;

export const proxies = {
  haproxy: {
    check: (file) => ['haproxy', '-c', '-f', file],
    before: true,
    reload: 'systemctl reload haproxy',
    pid_file: '/run/haproxy.pid',
  },
  nginx: {
    check: () => ['nginx', '-t', '-q'],
    before: false,
    reload: 'nginx -s reload',
    pid_file: '/run/nginx.pid',
  },
  caddy: {
    check: (file) => ['caddy', 'validate', '--adapter', 'caddyfile', '--config', file],
    before: true,
    // Ends with another status than 0 where the configuration was not taken.
    reload: 'systemctl reload caddy',
  },
};

/** @returns {keyof proxies | undefined} from the name of the file that is to be replaced */
export function proxy_of(file) {
  const [name] = named.exec(file) ?? [];
  if (/caddyfile/i.test(name ?? '')) return 'caddy';
  return /nginx|\/conf\.d\//.test(file) ? 'nginx' : name === '.cfg' ? 'haproxy' : undefined;
}
