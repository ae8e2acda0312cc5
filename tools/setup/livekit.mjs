// LiveKit's own server, for tests and for `npm run bench -- reconnect`: the one that LIVEKIT_URL names, the one on PATH where its version
// is the pinned one, or one that is built once, from its Go module, into the cache.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache_folder } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { find_command } from './debian.mjs';
import { SetupFailure } from './failure.mjs';
import { get_go } from './go.mjs';
import { heartbeat, say } from './progress.mjs';
import { livekit_version } from './versions.mjs';

const folder = join(cache_folder, 'go', `livekit-server-v${livekit_version}`);
const built_program = join(folder, 'server');

let on_path;

/** Another version on PATH is not what the tests' figures were measured with. */
function program_on_path() {
  if (on_path !== undefined) return on_path;
  const found = find_command('livekit-server');
  const said = found ? spawnSync(found, ['--version'], { encoding: 'utf8', timeout: 10_000 }).stdout : '';
  return (on_path = said?.trim().endsWith(` ${livekit_version}`) ? found : null);
}

/** Where tests connect to a server that runs elsewhere, or undefined. */
export function livekit_elsewhere({ LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET } = process.env) {
  return LIVEKIT_URL && { url: LIVEKIT_URL, key: LIVEKIT_API_KEY, secret: LIVEKIT_API_SECRET };
}

/** @returns {string | undefined} the server's program on this machine */
export const livekit_program = () =>
  program_on_path() ?? (existsSync(built_program) ? built_program : undefined);

/** Why no server of ours can be started here, or undefined. */
export function livekit_program_missing() {
  if (livekit_program()) return undefined;
  return `livekit-server ${livekit_version} is missing: tools/setup builds it, which takes Go, or have one on PATH`;
}

/** Builds it, unless it is there. */
export async function get_livekit_server() {
  if (livekit_program()) return;
  const { go, env } = await get_go();
  const work = `${folder}.new`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  say(`  go install: LiveKit's server ${livekit_version} (2 to 10 minutes, once)`);
  const end_heartbeat = heartbeat('go install');
  const log = join(cache_folder, 'livekit-server-install.log');
  const { code, output } = await run(
    [go, 'install', `github.com/livekit/livekit-server/cmd/server@v${livekit_version}`],
    { cwd: work, env: { ...env, GOBIN: work, GO111MODULE: 'on' }, timeout_ms: 3_600_000, log },
  );
  end_heartbeat();
  if (code !== 0)
    throw new SetupFailure(
      `LiveKit's server could not be built (${output.trim().split('\n').at(-1)}; all of it: ${log}).`,
      'Check that Go reaches its module proxy (`go env GOPROXY`) and the free disk space, and run the command again.',
    );
  rmSync(folder, { recursive: true, force: true });
  renameSync(work, folder);
}
