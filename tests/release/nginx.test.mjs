// A plain static folder behind a real nginx, with the configuration of docs/deploy: headers, compressed files, and a page that runs it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { verify } from '../../tools/release/verify.mjs';
import { find_command } from '../../tools/setup/debian.mjs';
import { free_port } from '../rig/network/ports.mjs';
import { needs_browser } from '../rig/suite.mjs';
import { until } from '../rig/widget.mjs';
import { file_stage } from './file_stage.mjs';
import { converse, moving_tag, open_page, open_releases, temporary_folder } from './stage.mjs';
import { ran } from './versions.mjs';

const nginx = find_command('nginx');
const needs = nginx ? needs_browser : { skip: 'nginx is missing: tools/setup installs nginx-light' };
const documented = fileURLToPath(new URL('../../docs/deploy/nginx.conf', import.meta.url));
const stage = file_stage();
const parts = needs.skip ? undefined : await open_releases(stage, ['1.0.0'], { compressed: true });

/** nginx as a plain user's process, with the documented server and another port and folder. */
async function start_nginx(folder) {
  const port = await free_port();
  const home = temporary_folder(stage.defer);
  const server = readFileSync(documented, 'utf8')
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('root /srv/shopbell;', `root ${folder};`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${home}/${name};`,
  );
  const file = join(home, 'nginx.conf');
  // As root nginx would serve as nobody, who may not read a test's folder.
  const user = process.getuid() === 0 ? 'user root;' : '';
  writeFileSync(
    file,
    `${user}daemon off; pid ${home}/pid; error_log stderr warn; events {} http { access_log off; ${temporary.join(' ')}\n${server}\n}`,
  );
  const checked = spawnSync(nginx, ['-t', '-p', home, '-c', file], { encoding: 'utf8' });
  assert.equal(checked.status, 0, checked.stderr);
  const child = spawn(nginx, ['-p', home, '-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  stage.defer(() => new Promise((resolve) => child.once('exit', resolve) && child.kill('SIGTERM')));
  const url = `http://127.0.0.1:${port}`;
  await until(
    'nginx answers',
    () =>
      fetch(`${url}/channel.json`).then(
        ({ ok }) => ok,
        () => false,
      ),
    { seen: () => said },
  );
  return url;
}

test('nginx: cache headers, types, compressed files, and a page', needs, async () => {
  await parts.promote('1.0.0');
  const site = await start_nginx(parts.to);
  const manifest = JSON.parse(readFileSync(join(parts.to, '1.0.0', 'manifest.json')));
  const released = (pattern) => manifest.files.find(({ path }) => pattern.test(path)).path;
  const app = `/1.0.0/${released(/^app\..*\.js$/)}`;
  const wasm = `/1.0.0/${released(/^core\.wasm$/)}`;
  const switcher = `/${released(/^root\/switch\..*\.js$/).slice(5)}`;
  const script = /^(text|application)\/javascript/;
  const for_ever = 'public, max-age=31536000, immutable';
  const expected = {
    '/shopbell.js': ['public, max-age=30', script],
    '/shopbell.js?v=20251222-sendfix': ['public, max-age=30', script],
    '/widget/chat-widget-enhanced.js': ['public, max-age=30', script],
    '/channel.json': ['no-cache', /^application\/json/],
    '/1.0.0/shopbell.js': [for_ever, script],
    '/1.0.0/manifest.json': [for_ever, /^application\/json/],
    [app]: [for_ever, script],
    [wasm]: [for_ever, /^application\/wasm/],
    [switcher]: [for_ever, script],
  };
  for (const base of [site, parts.gateway.url])
    for (const [path, [cache, type]] of Object.entries(expected)) {
      const { status, headers } = await fetch(base + path, { headers: { 'accept-encoding': 'gzip' } });
      const where = `${base === site ? 'nginx' : 'gateway'} ${path}`;
      assert.equal(status, 200, where);
      assert.equal(headers.get('cache-control'), cache, where);
      assert.ok(type.test(headers.get('content-type')), `${where}: ${headers.get('content-type')}`);
      assert.equal(headers.get('access-control-allow-origin'), '*', where);
      assert.equal(headers.get('cross-origin-resource-policy'), 'cross-origin', where);
      assert.equal(headers.get('content-encoding'), path === '/channel.json' ? null : 'gzip', where);
    }
  const missing = await fetch(`${site}/1.0.0/none.js`);
  assert.equal(missing.status, 404);
  assert.equal(missing.headers.get('cache-control'), null, 'a 404 is not kept for a year');
  assert.equal((await fetch(`${site}/.shopbell.lock`)).status, 404);
  assert.deepEqual((await verify(`${site}/`)).problems, []);

  const page = await open_page(parts, moving_tag(), { site });
  await converse(page);
  assert.deepEqual((await ran(page)).versions, ['1.0.0']);
  assert.deepEqual(page.page_errors, []);
  await page.end();
});
