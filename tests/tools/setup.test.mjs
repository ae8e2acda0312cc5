// Setup: what it says when it cannot go on, that a broken download is thrown away, that a second one waits, and that a command brings only
// what it uses.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'shopbell-setup-'));
after(() => rmSync(folder, { recursive: true }));
// Modules read the cache's place when they are loaded.
process.env.SHOPBELL_CACHE = join(folder, 'cache');
const { get_source, source_folder, source_is_there } = await import('../../tools/setup/sources.mjs');
const { environment_folder, environment_is_there, make_environment, python_of } =
  await import('../../tools/setup/python.mjs');
const { side_by_side } = await import('../../tools/setup/steps.mjs');
const { take_lock } = await import('../../tools/lib/lock.mjs');

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const sha256_of_hello = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

async function serve_pool(t, body) {
  const server = createServer((request, response) => {
    if (body === null) response.writeHead(404).end();
    else response.end(body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  process.env.SHOPBELL_DEBIAN_MIRROR = `http://127.0.0.1:${server.address().port}`;
}

test('a source with another hash than the pinned one is thrown away', async (t) => {
  await serve_pool(t, 'not hello');
  const source = {
    name: 'thing',
    version: '1',
    pool: 't/thing/thing_1.orig.tar.gz',
    sha256: sha256_of_hello,
  };
  await assert.rejects(
    get_source(source),
    /thing_1\.orig\.tar\.gz has SHA-256 [0-9a-f]{64}, not the pinned 2cf24d.*thrown away/,
  );
  assert.equal(source_is_there(source), false);
  assert.deepEqual(readdirSync(join(folder, 'cache', 'sources')), []);
});

test('a source that the mirror does not have is said in one sentence', async (t) => {
  await serve_pool(t, null);
  const source = { name: 'gone', version: '1', pool: 'g/gone/gone_1.orig.tar.gz', sha256: sha256_of_hello };
  await assert.rejects(
    get_source(source),
    /gone_1\.orig\.tar\.gz could not be downloaded .* SHOPBELL_DEBIAN_MIRROR\.$/,
  );
  assert.equal(existsSync(source_folder(source)), false);
});

test('a second setup waits for the first; a lock of a process that is gone is taken over', async () => {
  const file = join(folder, 'locks', 'setup.lock');
  const give_back = await take_lock(file, 'test');
  assert.equal(readFileSync(file, 'utf8'), String(process.pid));
  let second_has_it = false;
  const second = take_lock(file, 'test').then((give) => {
    second_has_it = true;
    return give;
  });
  await new Promise((done) => setTimeout(done, 500));
  assert.equal(second_has_it, false);
  give_back();
  (await second)();
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  mkdirSync(join(folder, 'locks'), { recursive: true });
  writeFileSync(file, String(gone));
  (await take_lock(file, 'test'))();
  assert.equal(existsSync(file), false);
});

const no_venv = existsSync('/usr/share/doc/python3-venv') ? false : 'python3-venv is missing';

test(
  'a Python environment is made once, again when it is half made or another, and not without its hashes',
  { skip: no_venv },
  async (t) => {
    const environment = { requirements: join(folder, 'requirements.txt') };
    // No index is asked: what is not in the empty folder is nowhere.
    Object.assign(process.env, { PIP_NO_INDEX: '1', PIP_FIND_LINKS: folder, PIP_CONFIG_FILE: '/dev/null' });
    t.after(() => {
      for (const name of ['PIP_NO_INDEX', 'PIP_FIND_LINKS', 'PIP_CONFIG_FILE']) delete process.env[name];
    });
    writeFileSync(environment.requirements, `thing==1 --hash=sha256:${sha256_of_hello}\n`);
    await assert.rejects(
      make_environment(environment),
      /^Error: pip could not install .*\(ERROR: .*thing==1.*python-install\.log\)\. Check that pip reaches its index/,
    );
    assert.equal(environment_is_there(environment), false);
    assert.equal(existsSync(environment_folder(environment)), false);

    const before = environment_folder(environment);
    writeFileSync(environment.requirements, '# nothing\n');
    assert.notEqual(environment_folder(environment), before, 'other requirements have a folder of their own');
    mkdirSync(environment_folder(environment));
    writeFileSync(join(environment_folder(environment), 'left_by_a_killed_setup'), '');
    assert.equal(environment_is_there(environment), false);
    await make_environment(environment);
    assert.equal(environment_is_there(environment), true);
    assert.equal(existsSync(join(environment_folder(environment), 'left_by_a_killed_setup')), false);
    const lib = join(environment_folder(environment), 'lib');
    const by_hand = join(lib, readdirSync(lib)[0], 'site-packages', 'by_hand');
    mkdirSync(by_hand);
    assert.equal(environment_is_there(environment), false);
    rmSync(by_hand, { recursive: true });
    assert.equal(environment_is_there(environment), true);
    rmSync(python_of(environment));
    assert.equal(environment_is_there(environment), false);
  },
);

const main = fileURLToPath(new URL('../../tools/setup/main.mjs', import.meta.url));

/** What a command would install on a machine that has no program at all, not even apt-get. */
function missing_for(...wish) {
  const env = { PATH: folder, SHOPBELL_CACHE: join(folder, 'cache') };
  const { status, stderr } = spawnSync(process.execPath, [main, ...wish], { encoding: 'utf8', env });
  assert.equal(status, 1);
  return /no apt-get, and these are missing: (.*)\. Install them/.exec(stderr)?.[1].split(', ') ?? stderr;
}

test('a command brings what it uses: no browser to start, everything to test', () => {
  const browsers = ['chromium', 'firefox-esr', 'webkit2gtk-driver'];
  const to_start = missing_for('start');
  for (const name of ['g++', 'cmake', 'espeak-ng', 'pocketsphinx']) assert.ok(to_start.includes(name), name);
  for (const name of [...browsers, 'xvfb', 'pulseaudio', 'prometheus', 'nginx-light', 'opus-tools'])
    assert.ok(!to_start.includes(name), `npm start brings ${name}`);
  const everything = missing_for();
  for (const name of [...to_start, ...browsers]) assert.ok(everything.includes(name), name);
  assert.ok(!missing_for('bench').includes('firefox-esr'));
  assert.ok(!missing_for('simulate').includes('espeak-ng'));
});

test('each wish of a command in package.json is one that setup knows, and `npm test` wishes for everything', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const wishes = Object.values(scripts).flatMap(
    (script) => /^node tools\/setup\/main\.mjs (\w+) /.exec(script)?.[1] ?? [],
  );
  assert.ok(wishes.includes('start'));
  for (const wish of wishes) assert.ok(Array.isArray(missing_for(wish)), wish);
  assert.match(scripts.test, /^node tools\/setup\/main\.mjs && /);
  assert.match(
    missing_for('strat'),
    /^setup: failed: Setup knows no wish "strat"\. There are: start, build, /,
  );
});

test('steps that need not wait for each other run side by side, and one that brought nothing is a failure', async () => {
  const done = new Set();
  const started = [];
  const step = (title, other) => ({
    title,
    is_done: () => done.has(title),
    async run() {
      started.push(title);
      for (let i = 0; i < 100 && !started.includes(other); i += 1)
        await new Promise((later) => setTimeout(later, 10));
      if (started.includes(other)) done.add(title);
    },
  });
  await side_by_side([step('one', 'two'), step('two', 'one')]);
  assert.deepEqual(started, ['one', 'two']);
  await assert.rejects(side_by_side([step('three', 'nobody')]), /Step "three" ended, but/);
});

test('an old node is told so in one sentence', () => {
  const pretend = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.4'})`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', pretend, main], {
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^setup: failed: This is node 18\.20\.4; Shopbell needs node 20\.10 or newer\. Install it .*\n$/,
  );
});

test('npm is told in every checkout to compile better-sqlite3, so that no binary without a hash is fetched', async (t) => {
  const scratch = join(folder, 'npm');
  mkdirSync(scratch);
  writeFileSync(join(scratch, '.npmrc'), readFileSync(join(checkout, '.npmrc')));
  const prebuild = join(checkout, 'node_modules/prebuild-install/bin.js');
  const { name, version, binary } = JSON.parse(
    readFileSync(join(checkout, 'node_modules/better-sqlite3/package.json'), 'utf8'),
  );
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(404).end();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const repository = { type: 'git', url: 'git+https://github.com/WiseLibs/better-sqlite3.git' };
  const scripts = { install: `${process.execPath} ${prebuild} --verbose` };
  writeFileSync(
    join(scratch, 'package.json'),
    JSON.stringify({ name, version, binary, repository, scripts }),
  );
  const env = {
    ...process.env,
    npm_config_better_sqlite3_binary_host: `http://127.0.0.1:${server.address().port}`,
  };
  delete env.npm_config_build_from_source;
  const child = spawn('npm', ['run', 'install'], { cwd: scratch, env });
  let said = '';
  child.stderr.on('data', (bytes) => (said += bytes));
  const code = await new Promise((done) => child.once('close', done));
  assert.notEqual(code, 0, 'it leaves the work to the compiler');
  assert.deepEqual(asked, []);
  assert.match(said, /--build-from-source specified, not attempting download/);
});
