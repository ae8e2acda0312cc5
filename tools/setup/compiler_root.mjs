// A Debian 13 root in the cache, for machines whose own Debian has no new enough Emscripten. Theory: the root is a folder, made once
// by debootstrap. The compiler sees it as its /usr and /etc, and sees the checkout and the cache at their own paths, so that every path
// that CMake and ninja write is true on both sides. Wrapper scripts in the cache (bin/emcc, …) do that for each start (0.05 to 0.2 s).
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache_folder } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { apt_proxy_environment, as_root, debian_mirror, find_command } from './debian.mjs';
import { SetupFailure } from './failure.mjs';
import { heartbeat, say } from './progress.mjs';
import { clang_format_major, compiler_root } from './versions.mjs';

const root_folder = join(cache_folder, 'debian13-root');
const stamp_file = join(cache_folder, 'debian13-root.stamp');
const stamp_text = `${JSON.stringify(compiler_root)}\n`;
const wrapper_folder = join(cache_folder, 'bin');

export const wrapper_of = (tool) => join(wrapper_folder, tool);

const read_or_null = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null);

export const compiler_root_is_there = () =>
  read_or_null(stamp_file) === stamp_text && existsSync(join(root_folder, 'usr/bin/emcc'));

export async function make_compiler_root() {
  const root = as_root('Making the Debian 13 root for the compiler (debootstrap)');
  const mirror = await debian_mirror();
  const work = `${root_folder}.new`;
  // An older root may still be a mount of itself (see the wrappers below).
  const clear = (folder) =>
    run([...root, 'sh', '-c', 'umount -l "$1" 2>&- ; rm -rf --one-file-system "$1"', 'sh', folder]);
  await clear(work);
  mkdirSync(cache_folder, { recursive: true });
  say(
    `  debootstrap: Debian 13 with ${compiler_root.packages.join(', ')} into ${root_folder} (1 to 3 minutes, 3 GB)`,
  );
  const end_heartbeat = heartbeat('debootstrap');
  const environment = Object.entries(apt_proxy_environment()).map(([name, value]) => `${name}=${value}`);
  const { code, output } = await run(
    [
      ...[...root, 'env', ...environment, find_command('debootstrap')],
      '--variant=minbase',
      `--include=${compiler_root.packages.join(',')}`,
      ...[compiler_root.suite, work, mirror],
    ],
    { timeout_ms: 3_600_000, log: join(cache_folder, 'debootstrap.log') },
  );
  end_heartbeat();
  if (code !== 0 || !existsSync(join(work, 'usr/bin/emcc'))) {
    const reason =
      output.split('\n').findLast((line) => /^[EW]: /.test(line)) ?? output.trim().split('\n').at(-1);
    throw new SetupFailure(
      `The Debian 13 root for the compiler could not be made (${reason}; all of it: ${join(cache_folder, 'debootstrap.log')}).`,
      'Check that the Debian mirror has "trixie" (SHOPBELL_DEBIAN_MIRROR names another) and that 4 GB are free, or put emcc 3.1.69 or newer on PATH.',
    );
  }
  await run([...root, 'sh', '-c', 'rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/usr/share/doc', 'sh', work]);
  await clear(root_folder);
  if (process.getuid() === 0) renameSync(work, root_folder);
  else await run([...root, 'mv', work, root_folder]);
  writeFileSync(stamp_file, stamp_text);
}

// Two ways in. bubblewrap needs no root. It cannot work where / is no mount point (a plain chroot); there a root user gets a mount
// namespace of his own and a chroot, for which the root folder must be a private mount, or the mounts would spread to the machine.
const wrapper_text = (tool) => `#!/bin/sh
# made by Shopbell setup: runs ${tool} of the Debian 13 root (${compiler_root.packages.join(', ')}).
root='${root_folder}'
cache='${cache_folder}'
here=$(pwd -P)
checkout=$here
while [ ! -f "$checkout/CMakePresets.json" ] && [ "$checkout" != / ]; do checkout=\${checkout%/*}; checkout=\${checkout:-/}; done
[ "$checkout" = / ] && checkout=$here
export LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
unset NODE_OPTIONS NODE_EXTRA_CA_CERTS
if [ "$(cat "$cache/compiler-root.way")" = bwrap ]; then
  export HOME=/tmp
  exec bwrap --die-with-parent --ro-bind "$root/usr" /usr --ro-bind "$root/etc" /etc --symlink usr/bin /bin --symlink usr/lib /lib \\
    --symlink usr/lib64 /lib64 --dev /dev --proc /proc --tmpfs /tmp --dir /var/tmp --bind "$cache" "$cache" --bind "$checkout" "$checkout" \\
    --chdir "$here" ${tool} "$@"
fi
if ! mountpoint -q "$root"; then
  mount --bind "$root" "$root" && mount --make-private "$root" || exit 1
fi
exec unshare --mount --propagation unchanged sh -c '
  set -e
  root=$1 cache=$2 checkout=$3 here=$4
  shift 4
  mkdir -p "$root$cache" "$root$checkout"
  mount --bind "$cache" "$root$cache"
  mount --bind "$checkout" "$root$checkout"
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
  exec chroot "$root" sh -c "cd \\"\\$0\\" && exec \\"\\$@\\"" "$here" "$@"
' sh "$root" "$cache" "$checkout" "$here" ${tool} "$@"
`;

export function write_wrappers() {
  mkdirSync(wrapper_folder, { recursive: true });
  for (const name of ['emcc', 'em++', 'emar', 'emranlib', 'emnm', 'wasm2js', 'clang-format']) {
    const text = wrapper_text(name === 'clang-format' ? `clang-format-${clang_format_major}` : name);
    if (read_or_null(wrapper_of(name)) === text) continue;
    writeFileSync(wrapper_of(name), text);
    chmodSync(wrapper_of(name), 0o755);
  }
}

// How the wrappers enter the root: 'bwrap' or 'chroot', as found out by trying.
const way_file = join(cache_folder, 'compiler-root.way');

export const way_is_known = () => existsSync(way_file);

export async function find_way() {
  write_wrappers();
  const complaints = [];
  for (const way of process.getuid() === 0 ? ['bwrap', 'chroot'] : ['bwrap']) {
    writeFileSync(way_file, way);
    const { code, output } = await run([wrapper_of('emcc'), '--version'], {
      cwd: cache_folder,
      timeout_ms: 60_000,
    });
    if (code === 0) return;
    complaints.push(`${way}: ${output.trim()}`);
  }
  rmSync(way_file, { force: true });
  throw new SetupFailure(
    `The compiler's Debian 13 root cannot be entered (${complaints.join('; ')}).`,
    'Allow unprivileged user namespaces (`sysctl kernel.unprivileged_userns_clone=1`), run as root, or put emcc 3.1.69 or newer on PATH.',
  );
}
