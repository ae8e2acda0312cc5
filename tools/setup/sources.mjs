// Upstream sources from Debian's pool: downloaded by apt's own downloader (so apt's proxy and certificates hold), checked against
// the pinned SHA-256, unpacked into the cache.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cache_folder } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { debian_mirror } from './debian.mjs';
import { SetupFailure } from './failure.mjs';
import { say } from './progress.mjs';

const apt_helper = '/usr/lib/apt/apt-helper';

/** The hash is in the name: another pin is another folder, and what is there is whole (it was renamed into place). */
export const source_folder = (source) =>
  join(cache_folder, 'sources', `${source.name}-${source.version}-${source.sha256.slice(0, 8)}`);

export const source_is_there = (source) => existsSync(source_folder(source));

async function download(url, file) {
  const command = existsSync(apt_helper)
    ? [apt_helper, 'download-file', url, file]
    : ['curl', '-fsSL', '-o', file, url];
  const { code, output } = await run(command, { timeout_ms: 300_000 });
  if (code !== 0) {
    const reason = output.trim().split('\n').at(-1) ?? '';
    throw new SetupFailure(
      `${basename(file)} could not be downloaded from this machine's Debian mirror (${reason}).`,
      'Check that the mirror is reachable (`apt-get update`), or name another one in SHOPBELL_DEBIAN_MIRROR.',
    );
  }
}

export async function get_source(source) {
  const target = source_folder(source);
  const work = `${target}.new`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'unpacked'), { recursive: true });
  const tarball = join(work, basename(source.pool));
  say(`  downloading ${basename(source.pool)}`);
  await download(`${await debian_mirror()}/pool/main/${source.pool}`, tarball);
  const sha256 = createHash('sha256').update(readFileSync(tarball)).digest('hex');
  if (sha256 !== source.sha256) {
    rmSync(work, { recursive: true, force: true });
    throw new SetupFailure(
      `${basename(source.pool)} has SHA-256 ${sha256}, not the pinned ${source.sha256}, and was thrown away.`,
      'The mirror or the way to it is broken: use another one (SHOPBELL_DEBIAN_MIRROR).',
    );
  }
  const only = source.only ? ['--wildcards', '--no-wildcards-match-slash', `*/${source.only}`] : [];
  const { code, output } = await run([
    'tar',
    '-xf',
    tarball,
    '-C',
    join(work, 'unpacked'),
    '--strip-components=1',
    '--no-same-owner',
    ...only,
  ]);
  if (code !== 0)
    throw new SetupFailure(
      `${basename(source.pool)} could not be unpacked (${output.trim()}).`,
      'Check the free disk space and run the command again.',
    );
  renameSync(join(work, 'unpacked'), target);
  rmSync(work, { recursive: true, force: true });
}
