#!/usr/bin/env bash
# Tries the first commands on a machine that has nothing of ours: a Debian 12 root made by debootstrap, with git, a C++ compiler, this
# machine's node and npm, and a clone of this checkout's HEAD. In it, `npm start` until its address answers, then `npm test`.
#   bash tools/setup/fresh-root.sh [start] [test]     both by default, in one root; one at a time each gets a root of its own
# Run as root; needs debootstrap and about 9 GB.
# SHOPBELL_FRESH_ROOT names the folder (default: a new one in /var/tmp, removed at the end; a named one is kept, and used again).
# Takes 15 to 40 minutes; each command is ended after SHOPBELL_FRESH_LIMIT_S seconds (default 3600).
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
limit_s=${SHOPBELL_FRESH_LIMIT_S:-3600}
commands=("$@")
[ ${#commands[@]} -gt 0 ] || commands=(start test)
[ "$(id -u)" = 0 ] || { echo 'fresh-root: needs root (debootstrap, chroot)' >&2; exit 1; }

say() { printf 'fresh-root (%4d s): %s\n' "$SECONDS" "$*"; }

root=${SHOPBELL_FRESH_ROOT:-}
keep=$root
[ -n "$root" ] || root=$(mktemp -d /var/tmp/shopbell-fresh-root.XXXXXX)

# What is mounted below the root goes before the root does, or rm would reach through it.
unmount_below() {
  awk -v root="$root/" 'index($2, root) == 1 { print $2 }' /proc/mounts | sort -r | while read -r folder; do umount -l "$folder"; done
}
leave() {
  unmount_below
  if [ -z "$keep" ]; then rm -rf --one-file-system "$root"; fi
}
trap leave EXIT
trap 'exit 130' INT TERM

if [ ! -e "$root/made" ]; then
  mirror=${SHOPBELL_DEBIAN_MIRROR:-$(apt-get indextargets --format '$(CODENAME)|$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' |
    awk -F'|' '$1 !~ /-/ { print $2; exit }')}
  say "debootstrap: Debian 12 into $root"
  debootstrap --variant=minbase --include=git,g++,ca-certificates bookworm "$root" "$mirror" >"$root.log" 2>&1 ||
    { tail -5 "$root.log"; exit 1; }
  rm -f "$root.log"
  touch "$root/made"
fi

say 'node, npm and their settings from this machine'
prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
mkdir -p "$root/usr/local/bin" "$root/usr/local/lib/node_modules" "$root/usr/local/include"
cp "$prefix/bin/node" "$root/usr/local/bin/node"
cp -a "$prefix/lib/node_modules/npm" "$root/usr/local/lib/node_modules/"
cp -a "$prefix/include/node" "$root/usr/local/include/"
ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
# How this machine reaches its package registries and mirror is the machine's business, not the project's.
cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt" 2>/dev/null || true
for name in registry cafile; do
  value=$(cd / && npm config get "$name" 2>/dev/null)
  case $value in null | undefined | '') ;; *) printf '%s=%s\n' "$name" "$value" ;; esac
done >"$root/root/.npmrc"
cp /etc/pip.conf "$root/etc/pip.conf" 2>/dev/null || true

say 'clone'
rm -rf "$root/root/shopbell"
git clone --quiet --no-hardlinks "$checkout" "$root/root/shopbell"

mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --make-private "$root/dev"  # or the next mount would show up in this machine's own /dev
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm" 2>/dev/null || true

# Replaces the (sub)shell that calls it, so that a signal reaches `timeout`, which passes it on to all that it started.
inside() {
  exec env -i HOME=/root TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    timeout --kill-after=30 "$limit_s" chroot "$root" /bin/bash -c "cd /root/shopbell && $1" </dev/null
}

free_port() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }

failed=0
for command in "${commands[@]}"; do
  say "npm $command, as the first command"
  began=$SECONDS
  case $command in
    start)
      port=$(free_port)
      shop_port=$(free_port)
      (inside "PORT=$port SHOP_PORT=$shop_port exec npm start") &
      starter=$!
      answered=no
      while kill -0 "$starter" 2>/dev/null; do
        if node -e "Promise.all(['http://127.0.0.1:$port/shopbell.js','http://127.0.0.1:$shop_port/'].map(async u=>{const r=await fetch(u);if(!r.ok)throw 1})).catch(()=>process.exit(1))" 2>/dev/null; then
          answered=yes
          break
        fi
        sleep 2
      done
      kill "$starter" 2>/dev/null || true
      wait "$starter" || true
      if [ "$answered" = yes ]; then say "npm start: its address answered after $((SECONDS - began)) s"; else say 'npm start: FAILED, it ended without answering'; failed=1; fi
      ;;
    test)
      if (inside 'exec npm test'); then say "npm test: passed in $((SECONDS - began)) s"; else say 'npm test: FAILED'; failed=1; fi
      ;;
    *)
      echo "fresh-root: start or test, not \"$command\"" >&2
      exit 2
      ;;
  esac
done
exit "$failed"
