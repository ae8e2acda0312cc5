// Debian's part: packages by apt, and the mirror that this machine's own apt uses (no registry is named in the project).
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from '../lib/run.mjs';
import { SetupFailure } from './failure.mjs';
import { heartbeat, say } from './progress.mjs';

/** The path of a command on PATH (with the sbin folders that a plain user's PATH lacks), or null. */
export function find_command(name) {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      /* not in this folder */
    }
  }
  return null;
}

export const is_there = (proof) => (proof.startsWith('/') ? existsSync(proof) : find_command(proof) !== null);

/** The words to put before a command that needs root. */
export function as_root(purpose) {
  if (process.getuid() === 0) return [];
  if (find_command('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0)
    return ['sudo', '-n'];
  throw new SetupFailure(
    `${purpose} needs root, and sudo without a password is not set up.`,
    'Run `npm run setup` once as root, or run `sudo -v` first.',
  );
}

// Debian starts a service as soon as its package is installed, unless this file says no (101).
const policy_file = '/usr/sbin/policy-rc.d';
const policy_text =
  '#!/bin/sh\n# made by Shopbell setup for the time of one apt-get run: start no services\nexit 101\n';

function write_policy(root) {
  if (existsSync(policy_file)) {
    // One of ours, left by a killed setup, is taken over; somebody else's rules here anyway.
    if (readFileSync(policy_file, 'utf8') !== policy_text) return () => {};
  } else {
    spawnSync([...root, 'tee'][0], [...root, 'tee', policy_file].slice(1), {
      input: policy_text,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const changed = [...root, 'chmod', '755', policy_file];
    spawnSync(changed[0], changed.slice(1));
  }
  const remove = () => {
    const removed = [...root, 'rm', '-f', policy_file];
    spawnSync(removed[0], removed.slice(1));
  };
  process.on('exit', remove);
  return () => {
    process.off('exit', remove);
    remove();
  };
}

let fresh_lists;

/** apt-get update, once, whoever asks. A broken third-party source only warns: what is missing shows at the install. */
function update_lists(root) {
  if (!fresh_lists) say('  apt-get update');
  fresh_lists ??= run([...root, 'apt-get', '-o', 'DPkg::Lock::Timeout=300', 'update'], {
    timeout_ms: 600_000,
  });
  return fresh_lists;
}

/** @param {string[]} names of packages that are missing */
export async function apt_install(names) {
  if (!find_command('apt-get')) {
    throw new SetupFailure(
      `This machine has no apt-get, and these are missing: ${names.join(', ')}.`,
      "Install them with the system's own package tool and run the command again (Debian 12 and 13 are supported).",
    );
  }
  const root = as_root(`Installing ${names.join(', ')}`);
  const give_policy_back = write_policy(root);
  const end_heartbeat = heartbeat('apt-get install');
  try {
    await update_lists(root);
    say(`  apt-get install ${names.join(' ')}`);
    const command = [
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      '-o',
      'DPkg::Lock::Timeout=300',
      'install',
      '-y',
      '--no-install-recommends',
      ...names,
    ];
    const { code, output } = await run([...root, ...command], {
      timeout_ms: 1_800_000,
    });
    if (code !== 0) {
      const errors = output
        .split('\n')
        .filter((line) => line.startsWith('E:'))
        .slice(0, 5);
      throw new SetupFailure(
        `apt-get could not install ${names.join(', ')}${errors.length ? ` (${errors.join(' ')})` : ''}.`,
        'Check that this machine reaches its Debian mirror (`apt-get update`) and run the command again.',
      );
    }
  } finally {
    end_heartbeat();
    give_policy_back();
  }
}

/** A mirror+file:/path address names a list of mirrors; its first line is taken. */
function plain_address(uri) {
  const list = /^mirror\+file:(\/.*)/.exec(uri);
  if (!list) return uri;
  try {
    const first = readFileSync(list[1].replace(/\/$/, ''), 'utf8')
      .split('\n')
      .map((line) => line.split(/\s/)[0]);
    return first.find((line) => /^https?:/.test(line)) ?? uri;
  } catch {
    return uri;
  }
}

function mirror_from_apt() {
  const listed = spawnSync(
    'apt-get',
    [
      'indextargets',
      '--format',
      '$(CODENAME)|$(REPO_URI)',
      'Created-By: Packages',
      'Origin: Debian',
      'Label: Debian',
    ],
    {
      encoding: 'utf8',
    },
  );
  // The release's own archive is meant, not -updates or -backports, which may come from elsewhere.
  for (const line of (listed.stdout ?? '').split('\n')) {
    const [codename, uri] = line.split('|');
    if (uri && !codename.includes('-') && /^(https?|mirror\+file):/.test(uri)) return plain_address(uri);
  }
  return null;
}

/** The address of a Debian archive: what apt uses, or SHOPBELL_DEBIAN_MIRROR. */
export async function debian_mirror() {
  const given = process.env.SHOPBELL_DEBIAN_MIRROR;
  let mirror = given || mirror_from_apt();
  if (!mirror && find_command('apt-get')) {
    await update_lists(as_root('Reading the Debian package lists')); // a slim image has no lists, and then apt names no mirror
    mirror = mirror_from_apt();
  }
  if (!mirror || !/^https?:/.test(mirror)) {
    throw new SetupFailure(
      'No Debian mirror is known on this machine (apt names none).',
      'Set SHOPBELL_DEBIAN_MIRROR to the address of one and run the command again.',
    );
  }
  return mirror.replace(/\/*$/, '');
}

/** debootstrap downloads with wget, which does not read apt's proxy. */
export function apt_proxy_environment() {
  const shown = spawnSync('apt-config', ['shell', 'proxy', 'Acquire::http::Proxy'], { encoding: 'utf8' });
  const found = /^proxy='(.+)'$/m.exec(shown.stdout ?? '');
  return found && !process.env.http_proxy ? { http_proxy: found[1] } : {};
}
