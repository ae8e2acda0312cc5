// LiveKit's server, as setup finds or builds it: with any Go there is, and without one the rest goes on.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { livekit_elsewhere } from '../../tools/setup/livekit.mjs';
import { SetupFailure } from '../../tools/setup/failure.mjs';
import { side_by_side } from '../../tools/setup/steps.mjs';
import { go_min, go_toolchain, livekit_version } from '../../tools/setup/versions.mjs';

const root = mkdtempSync(join(tmpdir(), 'shopbell-livekit-'));
after(() => rmSync(root, { recursive: true }));
const module_url = new URL('../../tools/setup/livekit.mjs', import.meta.url);

let last = 0;
/** A machine of its own: what is on its PATH, and a cache. @param {Record<string, string>} programs shell scripts by name */
function machine(programs) {
  const folder = join(root, String((last += 1)));
  for (const [name, text] of Object.entries(programs)) write(join(folder, name), text, 0o755);
  mkdirSync(folder, { recursive: true });
  const cache = join(folder, 'cache');
  const get = () => {
    const script = `import { get_livekit_server, livekit_program } from ${JSON.stringify(module_url)};
      await get_livekit_server().catch((error) => console.log(error.message));
      console.log('program:', livekit_program());`;
    const env = { PATH: folder, SHOPBELL_CACHE: cache, FOLDER: folder };
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      ...{ env, encoding: 'utf8' },
    });
    return stdout + stderr;
  };
  return { folder, cache, get };
}

function write(file, text, mode = 0o644) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, mode);
}

const says_version = (number) => `[ "$1" = version ] && echo "go version go${number} linux/amd64" && exit`;
const installs = `[ "$1" = install ] && echo "$*" >"$GOBIN/server" && exit`;

test('a Go that is new enough builds it, once', () => {
  const { cache, get } = machine({ go: `${says_version(go_min.join('.'))}\n${installs}\nexit 3` });
  const program = join(cache, `go/livekit-server-v${livekit_version}/server`);
  assert.match(get(), new RegExp(`program: ${program}`));
  assert.ok(existsSync(program));
  assert.doesNotMatch(get(), /go install/);
});

test('an older Go, which knows no GOTOOLCHAIN, fetches a newer one as a module, whose programs have lost their modes', () => {
  const downloads = `[ "$2" = download ] && echo "$*" >&2 && echo "{\\"Dir\\": \\"$FOLDER/toolchain\\"}" && exit`;
  const { folder, get } = machine({ go: `${says_version('1.19.8')}\n${downloads}\nexit 3` });
  for (const name of ['bin/go', 'pkg/tool/linux_amd64/compile'])
    write(join(folder, 'toolchain', name), `${says_version(go_toolchain)}\n${installs}`);
  const said = get();
  assert.match(said, new RegExp(`go mod download: Go ${go_toolchain.replaceAll('.', '\\.')}`));
  assert.match(said, /program: .*\/server/);
});

test('what Go cannot fetch or build is told in two sentences', () => {
  const { get } = machine({ go: `${says_version('1.19.8')}\necho "module lookup disabled" >&2; exit 1` });
  assert.match(
    get(),
    /Go \S+ could not be fetched \(module lookup disabled\)\. Check that Go reaches its module proxy.*\nprogram: undefined/,
  );
  const broken = machine({ go: `${says_version('1.30.1')}\necho "no space left on device" >&2; exit 1` });
  assert.match(
    broken.get(),
    /LiveKit's server could not be built \(no space left on device; all of it: .*\)\. Check .*\nprogram: undefined/,
  );
  assert.match(machine({}).get(), /no apt-get, and these are missing: golang-go\..*\nprogram: undefined/);
});

test('a server on PATH is used where it has the pinned version', () => {
  const server = (version) => machine({ 'livekit-server': `echo "livekit-server version ${version}"` });
  const { folder, get } = server(livekit_version);
  assert.equal(get(), `program: ${folder}/livekit-server\n`);
  assert.match(server('1.9.0').get(), /missing: golang-go.*\nprogram: undefined/);
});

test('LIVEKIT_URL names one elsewhere', () => {
  assert.equal(livekit_elsewhere({}), undefined);
  assert.deepEqual(
    livekit_elsewhere({ LIVEKIT_URL: 'wss://x', LIVEKIT_API_KEY: 'k', LIVEKIT_API_SECRET: 's' }),
    {
      ...{ url: 'wss://x', key: 'k', secret: 's' },
    },
  );
});

test('a step without which the rest goes on fails aloud, and nothing else does', async (t) => {
  const lines = [];
  t.mock.method(process.stderr, 'write', (line) => lines.push(line));
  const fails = (error) => ({
    ...{ title: 'thing', is_done: () => false, without: 'its tests are skipped' },
    run: async () => {
      throw error;
    },
  });
  await side_by_side([fails(new SetupFailure('It is not there.', 'Get it.'))]);
  assert.match(lines.at(-1), /thing: MISSING, so its tests are skipped: It is not there\. Get it\.\n$/);
  await assert.rejects(side_by_side([fails(new Error('a fault of ours'))]), /a fault of ours/);
  const must = { ...fails(new SetupFailure('It is not there.', 'Get it.')), without: undefined };
  await assert.rejects(side_by_side([must]), /It is not there/);
});
