// Real proxies with the recipes of tools/deploy, at ports and with a certificate of a test's own. Each text that is changed for that has to
// be in the recipe: where it is not, the recipe has changed and so must this.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { find_command } from '../../../tools/setup/debian.mjs';

const recipe_at = (name) => fileURLToPath(new URL(`../../../tools/deploy/${name}`, import.meta.url));

export function changed(text, changes) {
  return changes.reduce((now, [from, to]) => {
    if (!now.includes(from)) throw new Error(`the recipe has no "${from}"`);
    return now.replaceAll(from, to);
  }, text);
}

/**
 * @typedef {object} Places
 * @property {number} port  https
 * @property {number} plain_port  http
 * @property {number} gateway_port  of the pages' server, where the recipe is HAProxy's for `hal`
 * @property {number} livekit_port  of the voice gateway, there
 * @property {string} files  the folder that is served
 * @property {string} home   of the proxy's own files
 * @property {{pem: string, key_file: string, certificate_file: string}} certificate
 */

const haproxy_places = (places) => [
  ['bind :80', `bind 127.0.0.1:${places.plain_port}`],
  ['bind :443', `bind 127.0.0.1:${places.port}`],
];

const recipes = {
  haproxy: {
    file: 'haproxy.cfg',
    places: (places) => [
      ...haproxy_places(places),
      ['/etc/haproxy/certs/chat.example.pem', places.certificate.pem],
      ['127.0.0.1:8787', `127.0.0.1:${places.gateway_port}`],
      ['127.0.0.1:7880', `127.0.0.1:${places.livekit_port}`],
    ],
    command: (program, file) => [program, '-W', '-db', '-f', file],
  },
  'haproxy-hal': {
    program: 'haproxy',
    file: 'haproxy-hal.cfg',
    places: (places) => [
      ...haproxy_places(places),
      ['/etc/haproxy/certs/hal.example.pem', places.certificate.pem],
      ['127.0.0.1:8080', `127.0.0.1:${places.gateway_port}`],
      ['127.0.0.1:8768', `127.0.0.1:${places.livekit_port}`],
    ],
    command: (program, file) => [program, '-W', '-db', '-f', file],
  },
  nginx: {
    file: 'nginx.conf',
    places: (places) => [
      ['listen 80;', `listen 127.0.0.1:${places.plain_port};`],
      ['listen 443 ssl', `listen 127.0.0.1:${places.port} ssl`],
      ['/etc/nginx/certs/chat.example/fullchain.pem', places.certificate.certificate_file],
      ['/etc/nginx/certs/chat.example/privkey.pem', places.certificate.key_file],
      ['127.0.0.1:8787', `127.0.0.1:${places.gateway_port}`],
      ['127.0.0.1:7880', `127.0.0.1:${places.livekit_port}`],
      ['/srv/shopbell', places.files],
    ],
    /** As a plain user's process; as root it would serve as nobody, who may not read a test's folder. */
    around: (text, { home }) =>
      `${process.getuid() === 0 ? 'user root; ' : ''}daemon off; pid ${home}/pid; error_log stderr warn; events {} http { access_log off; ${[
        ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'],
      ]
        .map((name) => `${name}_temp_path ${home}/${name};`)
        .join(' ')}\n${text}\n}`,
    command: (program, file, { home }) => [program, '-p', home, '-c', file],
  },
  caddy: {
    file: 'Caddyfile',
    places: (places) => [
      [
        '\nchat.example {',
        `\n{\n\tadmin off\n\tskip_install_trust\n\thttp_port ${places.plain_port}\n\thttps_port ${places.port}\n\tdefault_bind 127.0.0.1\n}\nlocalhost:${places.port} {\n\ttls ${places.certificate.certificate_file} ${places.certificate.key_file}`,
      ],
      ['127.0.0.1:8787', `127.0.0.1:${places.gateway_port}`],
      ['127.0.0.1:7880', `127.0.0.1:${places.livekit_port}`],
      ['/srv/shopbell', places.files],
    ],
    command: (program, file) => [program, 'run', '--adapter', 'caddyfile', '--config', file],
  },
};

/** Why there is none here, or undefined. @param {keyof recipes} name */
export function proxy_missing(name) {
  const program = recipes[name].program ?? name;
  return find_command(program) ? undefined : `${program} is missing: tools/setup installs it`;
}

/** @param {keyof recipes} name @param {Places} places @param {[string, string][]} [changes] what somebody got wrong */
export function recipe_text(name, places, changes = []) {
  const { file, places: of, around = (text) => text } = recipes[name];
  return around(changed(changed(readFileSync(recipe_at(file), 'utf8'), changes), of(places)), places);
}

/** @returns {string[]} */
export function proxy_command(name, file, places) {
  const program = find_command(recipes[name].program ?? name);
  if (!existsSync(file)) throw new Error(`${file} is not there`);
  return recipes[name].command(program, file, places);
}
