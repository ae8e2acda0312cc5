// What the doctor finds at a page, its tag, its policies and the tag's files: each finding with its fault really there.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { kill } from '../../tools/release/kill.mjs';
import { promote } from '../../tools/release/promote.mjs';
import { consult } from '../rig/doctor.mjs';
import { free_port } from '../rig/network/ports.mjs';
import { start_shop } from '../rig/pages/shop_page.mjs';
import { make_version } from '../release/versions.mjs';
import { assert_found, new_gateway, server_of, visit } from './stage.mjs';

const gateway = await new_gateway();
const { port } = gateway;

test('a shop that is well: exit 0, nothing found, and no conversation is counted', async () => {
  const before = await (await fetch(`${gateway.url}/status`)).json();
  const outcome = await visit({ gateway });
  assert.equal(outcome.exit, 0, outcome.output);
  assert.deepEqual(outcome.ids, []);
  for (const name of ['page', 'tag', 'cors', 'chat', 'idempotency'])
    assert.equal(outcome.result(name), 'well', name);
  const { turns, sessions } = await (await fetch(`${gateway.url}/status`)).json();
  assert.deepEqual([turns, sessions], [before.turns, before.sessions]);
});

test('a page that is not there, and a name that nobody knows', async () => {
  assert_found(
    await consult([`http://localhost:${await free_port()}/`]),
    'page-unreachable',
    /nobody listens/,
  );
  const unknown = await consult(['https://no-such-shop.invalid/']);
  assert.equal(unknown.exit, 2, 'what cannot be looked at is no finding');
  assert_found(await consult([`${gateway.url}/no-such-page`]), 'page-status', /answered 404/);
});

test('a server that says nothing: each check has an end', async () => {
  const silent = await server_of(() => {});
  const begun_ms = performance.now();
  assert_found(await consult([silent.url]), 'page-unreachable', /no whole answer within 10 s/);
  assert.ok(performance.now() - begun_ms < 30_000);
});

test('the tag: none, commented out, two, on http in a page on https', async () => {
  assert_found(await visit({ gateway, element: '' }), 'tag-missing', /tags\.txt/);
  const tag = `<script src="${gateway.url}/shopbell.js" data-api-url="${gateway.url}" data-api-key="demo"></script>`;
  assert_found(await visit({ gateway, element: `<!-- ${tag} -->` }), 'tag-missing');
  assert_found(await visit({ gateway, element: tag + tag }), 'tag-twice', /2 tags/);
  assert_found(await visit({ gateway, tag: { backend: 'nonsense' } }), 'backend-unknown', /"nonsense"/);
});

test('the file behind the tag: nobody there, 404, a web page, no CORS, integrity without crossorigin', async () => {
  const from = (src, more = 'crossorigin="anonymous"') =>
    `<script src="${src}/shopbell.js" ${more} data-api-url="${gateway.url}" data-api-key="demo" async></script>`;
  assert_found(
    await visit({ gateway, element: from(`http://localhost:${await free_port()}`) }),
    'tag-unreachable',
    /nobody listens/,
  );
  const empty = await start_shop({});
  after(empty.close);
  assert_found(await visit({ gateway, element: from(empty.url) }), 'tag-status', /answered 404/);
  const fallback = await start_shop({ '/shopbell.js': { html: '<!doctype html><title>Shop</title>' } });
  after(fallback.close);
  assert_found(
    await visit({ gateway, element: from(fallback.url) }),
    'tag-type',
    /text\/html/,
    /unknown addresses/,
  );
  const bare = await start_shop({
    '/shopbell.js': { html: '', headers: { 'content-type': 'text/javascript' } },
  });
  after(bare.close);
  assert_found(await visit({ gateway, element: from(bare.url) }), 'tag-cors', /Access-Control-Allow-Origin/);
  assert_found(
    await visit({ gateway, element: from(gateway.url, 'integrity="sha384-x"') }),
    'tag-crossorigin',
    /crossorigin="anonymous"/,
  );
});

test('the version: a file that was changed, a channel of nobody, switched off', async () => {
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'shopbell-doctor-'));
    after(() => rmSync(made, { recursive: true, force: true }));
    return made;
  };
  const [from, to] = [folder(), folder()];
  await make_version('1.0.0', from);
  await promote('1.0.0', { to, from });
  const released = await new_gateway({ filesDir: to });
  const well = await visit({ gateway: released });
  assert.equal(well.exit, 0, well.output);
  assert.match(well.output, /page loads get version 1\.0\.0/);
  await kill(to, true);
  assert_found(await visit({ gateway: released }), 'tag-killed', /npm run kill -- off/);
  await kill(to, false);
  writeFileSync(join(to, '1.0.0', 'shopbell.js'), 'changed');
  assert_found(await visit({ gateway: released }), 'tag-files', /1\.0\.0|shopbell\.js/);
  writeFileSync(join(to, 'channel.json'), '{"on":true,"version":"../.."}');
  assert_found(await visit({ gateway: released }), 'tag-version', /channel\.json/);
});

const only_policy = ['--only', 'policy'];
const policy = (rules) => ({ headers: { 'content-security-policy': rules } });
const lists = (origins, more = '') =>
  `default-src 'none'; script-src ${origins} 'wasm-unsafe-eval'; style-src ${origins}; connect-src ${origins} ws://localhost:${port}; img-src ${origins}; media-src ${origins}; worker-src 'self' blob:; ${more}`;

test('Content-Security-Policy: the README’s two are well, and each part that is missing is named', async () => {
  const called = { backend: 'shopbell', voice: 'backend' };
  for (const [rules, element] of [
    [lists(`'self' ${gateway.url}`)],
    [lists("'self' http:")],
    [
      "script-src 'nonce-abc' 'strict-dynamic' 'wasm-unsafe-eval'; object-src 'none'; require-trusted-types-for 'script'; trusted-types shopbell",
      `<script nonce="abc" src="${gateway.url}/shopbell.js" data-api-url="${gateway.url}" data-api-key="demo" async></script>`,
    ],
  ]) {
    const outcome = await visit({ gateway, tag: called, element, ...policy(rules) }, only_policy);
    assert.equal(outcome.result('policy'), 'well', outcome.output);
  }
  const whole = lists(`'self' ${gateway.url}`);
  for (const [id, from, to, word] of [
    ['csp-script', `script-src 'self' ${gateway.url}`, "script-src 'self'", /script-src/],
    [
      'csp-script',
      `script-src 'self' ${gateway.url}`,
      `script-src 'nonce-abc' ${gateway.url} 'strict-dynamic'`,
      /nonce/,
    ],
    ['csp-wasm', " 'wasm-unsafe-eval'", '', /'wasm-unsafe-eval'/],
    ['csp-connect-src', ` ws://localhost:${port}`, '', /ws:\/\/localhost/],
    ['csp-style-src', `style-src 'self' ${gateway.url}`, "style-src 'self'", /style-src/],
    ['csp-img-src', `img-src 'self' ${gateway.url}`, "img-src 'self'", /img-src/],
    ['csp-media-src', `media-src 'self' ${gateway.url}`, "media-src 'self'", /media-src/],
    ['csp-worker', "worker-src 'self' blob:", "worker-src 'self'", /data-worker-url/],
    [
      'csp-trusted-types',
      'default-src',
      "require-trusted-types-for 'script'; trusted-types other; default-src",
      /shopbell/,
    ],
  ]) {
    assert.ok(whole.includes(from), from);
    const outcome = await visit({ gateway, tag: called, ...policy(whole.replace(from, to)) }, only_policy);
    assert_found(outcome, id, word);
    assert.deepEqual(
      outcome.results.find(({ name }) => name === 'policy').findings.map((one) => one.id),
      [id],
    );
  }
  const meta = `<meta http-equiv="Content-Security-Policy" content="script-src 'self'">`;
  assert_found(await visit({ gateway, head: meta }), 'csp-script');
});

test('Integrity-Policy: a tag without integrity', async () => {
  const headers = { 'integrity-policy': 'blocked-destinations=(script)' };
  assert_found(await visit({ gateway, headers }), 'integrity-policy', /pinned tag/);
  const pinned = `<script src="${gateway.url}/shopbell.js" integrity="sha384-x" crossorigin="anonymous" data-api-url="${gateway.url}" data-api-key="demo"></script>`;
  assert.equal((await visit({ gateway, element: pinned, headers })).result('integrity-policy'), 'well');
});
