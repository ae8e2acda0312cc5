// The commands as a person types them: what they print, what they refuse and what they then say to do; and the package in node.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { write_whole } from '../../tools/release/served.mjs';
import { temporary_folder } from './stage.mjs';
import { make_version } from './versions.mjs';

const checkout = fileURLToPath(new URL('../../', import.meta.url));
const deferred = [];
let from;
let to;

before(async () => {
  from = temporary_folder((fn) => deferred.push(fn));
  to = temporary_folder((fn) => deferred.push(fn));
  for (const name of ['1.0.0', '1.1.0']) await make_version(name, from);
});
after(() => deferred.forEach((fn) => fn()));

function command(name, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`tools/release/${name}.mjs`, ...args], {
    cwd: checkout,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}
const promote = (version) => command('promote', version, '--to', to, '--from', from);
const channel = () => JSON.parse(readFileSync(join(to, 'channel.json')));

test('each command says what pages get now', () => {
  let shown = promote('1.0.0');
  assert.equal(shown.status, 0, shown.stderr);
  assert.match(shown.stdout, /get version 1\.0\.0/);
  assert.match(shown.stdout, /no earlier version/);
  shown = promote('1.1.0');
  assert.match(shown.stdout, /get version 1\.1\.0/);
  assert.match(shown.stdout, /version 1\.0\.0 runs instead/);
  assert.deepEqual([channel().version, channel().previous, channel().on], ['1.1.0', '1.0.0', true]);
  shown = command('rollback', '--to', to);
  assert.match(shown.stdout, /Before: version 1\.1\.0\.[^]*get version 1\.0\.0/);
  shown = command('kill', 'on', '--to', to);
  assert.match(shown.stdout, /Switched off/);
  assert.equal(channel().on, false);
  assert.match(readFileSync(join(to, 'shopbell.js'), 'utf8'), /switched off/);
  // A promotion does not switch on what the owner has switched off.
  assert.match(promote('1.1.0').stdout, /Switched off/);
  shown = command('kill', 'off', '--to', to);
  assert.match(shown.stdout, /get version 1\.1\.0/);
  assert.ok(readFileSync(join(to, 'shopbell.js')).equals(readFileSync(join(from, '1.1.0/root/shopbell.js'))));
});

test('what cannot be done is refused, with what to do', () => {
  promote('1.0.0');
  promote('1.1.0');
  const refused = (shown, ...patterns) => {
    assert.notEqual(shown.status, 0);
    for (const pattern of patterns) assert.match(shown.stderr, pattern);
    assert.doesNotMatch(shown.stderr, /^\s+at /m);
  };
  refused(promote('9.9.9'), /no version 9\.9\.9/, /There are: 1\.0\.0, 1\.1\.0/);
  refused(promote('../x'), /a version is wanted/, /usage/);
  refused(command('promote', '1.0.0'), /--to FOLDER is wanted/, /usage/);
  refused(command('promote', '1.0.0', '--too', to), /--too/, /usage/);
  refused(command('rollback', '--to', to, '--version', '3.0.0'), /no version 3\.0\.0/);
  refused(command('kill', 'maybe', '--to', to), /say on or off/);
  refused(command('kill', 'on', '--to', join(to, 'empty')), /No version has been promoted/);
  refused(command('release', '--version', 'a/b'), /--version must be/);
  refused(command('verify', 'not an address'), /one address is wanted/);
  refused(command('verify', 'http://127.0.0.1:9/'), /no answer/);
  command('rollback', '--to', to);
  refused(command('rollback', '--to', to), /no earlier version/, /--version/);

  // A damaged version is not promoted, and what is served stays.
  const damaged = join(from, '1.2.0');
  mkdirSync(damaged);
  for (const name of ['manifest.json', 'shopbell.js'])
    writeFileSync(join(damaged, name), readFileSync(join(from, '1.1.0', name)));
  appendFileSync(join(damaged, 'shopbell.js'), ' ');
  const before_it = readFileSync(join(to, 'channel.json'), 'utf8');
  refused(
    promote('1.2.0'),
    /missing or not as they were released: [^]*shopbell\.js/,
    /copy the version anew/i,
  );
  assert.equal(readFileSync(join(to, 'channel.json'), 'utf8'), before_it);
  assert.ok(!existsSync(join(to, '1.2.0')));
  rmSync(damaged, { recursive: true });
});

test('a share: who gets what, what ends it, and what is no share', () => {
  const share = (version, ...more) => command('promote', version, '--to', to, '--from', from, ...more);
  const fails = (shown, status, pattern) => {
    assert.equal(shown.status, status, shown.stderr);
    assert.match(shown.stderr, pattern);
    assert.doesNotMatch(shown.stderr, /^\s+at /m);
  };
  const empty = temporary_folder((fn) => deferred.push(fn));
  fails(
    command('promote', '1.1.0', '--to', empty, '--from', from, '--share', '10'),
    1,
    /No version has been promoted [^]*without --share/,
  );
  promote('1.1.0');
  promote('1.0.0');
  const before_it = readFileSync(join(to, 'channel.json'), 'utf8');
  fails(share('1.0.0', '--share', '10'), 1, /Everybody has version 1\.0\.0 already/);
  fails(share('1.1.0', '--share', '0'), 2, /npm run rollback/);
  fails(share('1.1.0', '--share', '100'), 2, /leave --share out/);
  for (const wrong of ['5.5', '-1', '101', '1e1', '0x5', 'ten', '', ' ', '10%'])
    fails(share('1.1.0', '--share', wrong), 2, /--share is a whole number from 1 to 99[^]*not "/);
  fails(share('1.1.0', '--share'), 2, /--share/);
  fails(share('9.9.9', '--share', '10'), 1, /no version 9\.9\.9/);
  assert.equal(
    readFileSync(join(to, 'channel.json'), 'utf8'),
    before_it,
    'nothing of it has changed anything',
  );

  let shown = share('1.1.0', '--share', '10');
  assert.equal(shown.status, 0, shown.stderr);
  assert.match(shown.stdout, /get version 1\.1\.0 in 10 of 100 browsers[^]*version 1\.0\.0 in the others/);
  const { version, canary, history } = channel();
  assert.deepEqual([version, canary.version, canary.share, history.at(-1)], ['1.0.0', '1.1.0', 10, '1.0.0']);
  assert.ok(readFileSync(join(to, 'shopbell.js')).equals(readFileSync(join(from, '1.0.0/root/shopbell.js'))));
  assert.match(
    command('kill', 'on', '--to', to).stdout,
    /version 1\.0\.0, in 10 of 100 browsers 1\.1\.0 is kept/,
  );
  command('kill', 'off', '--to', to);
  assert.equal(channel().canary.share, 10);
  shown = command('rollback', '--to', to);
  assert.match(
    shown.stdout,
    /Before: version 1\.0\.0, in 10 of 100 browsers 1\.1\.0\.[^]*get version 1\.0\.0\./,
  );
  assert.equal(channel().canary, undefined);
  share('1.1.0', '--share', '25');
  assert.match(share('1.0.0').stdout, /Version 1\.1\.0 had a share of 25 [^]*no browser gets it any more/);
  assert.equal(channel().canary, undefined);
  share('1.1.0', '--share', '25');
  assert.match(share('1.1.0').stdout, /^New page loads with a moving tag get version 1\.1\.0\.$/m);
  assert.deepEqual([channel().version, channel().canary], ['1.1.0', undefined]);

  // A version whose folder is gone has no share; one that everybody has from before there were shares cannot give any.
  share('1.0.0', '--share', '10');
  rmSync(join(to, '1.0.0'), { recursive: true });
  command('kill', 'off', '--to', to);
  assert.equal(channel().canary, undefined);
  const manifest_file = join(to, '1.1.0/manifest.json');
  const manifest = readFileSync(manifest_file, 'utf8');
  writeFileSync(manifest_file, manifest.replace('"shares": true', '"shares": false'));
  fails(share('1.0.0', '--share', '10'), 1, /moving tag of version 1\.1\.0[^]*gives no shares/);
  writeFileSync(manifest_file, manifest);
});

test('every command has its help', () => {
  for (const name of ['release', 'promote', 'rollback', 'kill', 'verify']) {
    const { status, stdout } = command(name, '--help');
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`usage: npm run ${name} -- `));
  }
});

test('a reader never sees half of a file that is written', async () => {
  const file = join(to, 'whole.txt');
  const texts = [Buffer.alloc(3_000_000, 'a'), Buffer.alloc(2_000_000, 'b')];
  write_whole(file, texts[0]);
  const reader = spawnSync.bind(null, process.execPath, [
    '-e',
    `const fs = require('fs');
     for (let i = 0; i < 300; i += 1) {
       const text = fs.readFileSync(${JSON.stringify(file)}, 'latin1');
       if (!/^a{3000000}$|^b{2000000}$/.test(text)) { console.log('half: ' + text.length); process.exit(1); }
     }`,
  ]);
  let writing = true;
  const { Worker } = await import('node:worker_threads');
  const writer = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads');
     import(workerData.module).then(({ write_whole }) => {
       const texts = [Buffer.alloc(3000000, 'a'), Buffer.alloc(2000000, 'b')];
       const end = Date.now() + 1500;
       for (let i = 0; Date.now() < end; i += 1) write_whole(workerData.file, texts[i % 2]);
       parentPort.postMessage('done');
     });`,
    {
      eval: true,
      workerData: { file, module: new URL('../../tools/release/served.mjs', import.meta.url).href },
    },
  );
  writer.once('message', () => (writing = false));
  const { status, stdout } = reader({ encoding: 'utf8' });
  assert.equal(status, 0, stdout);
  await new Promise((resolve) => (writing ? writer.once('exit', resolve) : resolve()));
});

test('the package on a server: importing does nothing, and init gives a handle that does nothing', async () => {
  const { init } = await import(pathToFileURL(join(from, '1.0.0/npm/index.js')).href);
  const chat = init({ site: 'https://chat.example' });
  chat.open();
  chat.send('hello');
  chat.on('reply', () => {})();
  chat.destroy();
});
