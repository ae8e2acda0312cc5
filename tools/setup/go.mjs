// A Go that is new enough for what setup builds with it. The one on PATH is, or it fetches the pinned toolchain, which is a Go module like
// any other: so Debian 12's own 1.19, which knows no GOTOOLCHAIN, brings one too.
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../lib/run.mjs';
import { apt_install, find_command } from './debian.mjs';
import { SetupFailure } from './failure.mjs';
import { heartbeat, say } from './progress.mjs';
import { go_min, go_toolchain } from './versions.mjs';

const architectures = { x64: 'amd64', arm64: 'arm64' };

/** @param {string} go a program @returns {Promise<boolean>} */
async function is_new_enough(go) {
  const { stdout } = await run([go, 'version']);
  const [, major, minor] = /\bgo(\d+)\.(\d+)/.exec(stdout) ?? [];
  return Number(major) > go_min[0] || (Number(major) === go_min[0] && Number(minor) >= go_min[1]);
}

/** The mode of a file in a module is lost on its way; a toolchain's programs need theirs. */
function make_executable(root) {
  const tools = join(root, 'pkg/tool');
  const folders = [join(root, 'bin'), ...readdirSync(tools).map((name) => join(tools, name))];
  for (const folder of folders) for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o755);
}

/** @param {string} go an older one @returns {Promise<string>} the pinned one, out of Go's module cache */
async function fetch_toolchain(go) {
  const architecture = architectures[process.arch];
  if (!architecture)
    throw new SetupFailure(
      `Go has no toolchain module for ${process.arch} that setup knows.`,
      `Install Go ${go_min.join('.')} or newer and run the command again.`,
    );
  say(`  go mod download: Go ${go_toolchain} (70 MB; the one here is older than ${go_min.join('.')})`);
  const module = `golang.org/toolchain@v0.0.1-go${go_toolchain}.linux-${architecture}`;
  // Outside of any module, so that no go.mod of others decides anything.
  const cwd = mkdtempSync(join(tmpdir(), 'shopbell-go-'));
  const end_heartbeat = heartbeat('go mod download');
  try {
    const env = { ...process.env, GOTOOLCHAIN: 'local', GO111MODULE: 'on' };
    const { code, stdout, output } = await run([go, 'mod', 'download', '-json', module], {
      ...{ cwd, env, timeout_ms: 1_200_000 },
    });
    const answer = code === 0 ? JSON.parse(stdout) : { Error: output.trim().split('\n').at(-1) };
    if (!answer.Dir)
      throw new SetupFailure(
        `Go ${go_toolchain} could not be fetched (${answer.Error}).`,
        'Check that Go reaches its module proxy (`go env GOPROXY`), or install a newer Go, and run the command again.',
      );
    make_executable(answer.Dir);
    return join(answer.Dir, 'bin/go');
  } finally {
    end_heartbeat();
    rmSync(cwd, { recursive: true });
  }
}

/**
 * Installs Debian's where there is none.
 * @returns {Promise<{go: string, env: NodeJS.ProcessEnv}>} the program and its environment
 */
export async function get_go() {
  if (!find_command('go')) await apt_install(['golang-go']);
  const go = find_command('go');
  if (!go)
    throw new SetupFailure(
      'golang-go is installed, but there is no `go` on PATH.',
      'Look where it is and add its folder to PATH.',
    );
  const program = (await is_new_enough(go)) ? go : await fetch_toolchain(go);
  // The older one's root, where somebody has set it, is not this one's.
  const env = { ...process.env, GOTOOLCHAIN: 'local', ...(program === go ? {} : { GOROOT: undefined }) };
  if (!existsSync(program)) throw new SetupFailure(`Go is not at ${program}.`, 'Run `npm run setup` again.');
  return { go: program, env };
}
