// `npm run promote -- VERSION --to FOLDER [--share PERCENT] [--from FOLDER]`: puts a released version into the folder that is served, and has
// moving tags run it, in all browsers or in a share of them.
import { cpSync, existsSync, readFileSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { release_folder } from '../lib/paths.mjs';
import { exit_on_signals } from '../lib/run.mjs';
import { change_channel, describe } from './channel.mjs';
import { integrity_of } from './integrity.mjs';
import { Refusal, run_command, WrongCall } from './refusal.mjs';
import { read_version } from './served.mjs';
import { is_version, version_rule } from './version.mjs';

const usage = `usage: npm run promote -- VERSION --to FOLDER [--share PERCENT] [--from FOLDER]

Copies dist/release/VERSION (or FOLDER/VERSION of --from) into the folder that is served, checks every byte of it, and writes what moving
tags read: shopbell.js, widget/chat-widget-enhanced.js and channel.json. The version before stays and can be had back: npm run rollback

With --share 10 ten of 100 browsers get it, the same ones at each page load; the others keep their version. A larger share keeps those that
have it. Without --share everybody gets it; rollback takes the share back to 0.`;

/** @returns {number | undefined} of 100 browsers @param {string | undefined} text */
function share_of(text) {
  if (text === undefined) return undefined;
  const share = /^[0-9]{1,3}$/.test(text) ? Number(text) : NaN;
  if (share === 0)
    throw new WrongCall('--share 0 would be nobody: npm run rollback takes a version back that has a share');
  if (share === 100) throw new WrongCall('--share 100 would be everybody: leave --share out');
  if (!(share < 100))
    throw new WrongCall(`--share is a whole number from 1 to 99, of 100 browsers, not "${text}"`);
  return share;
}

/** Refuses a share where the other browsers would have no other version, or where their tag gives none. */
function check_others(folder, version, history) {
  const others = history.at(-1);
  if (!others)
    throw new Refusal(
      'No version has been promoted there that the other browsers could have.',
      'Promote one for everybody first, without --share.',
    );
  if (others === version)
    throw new Refusal(
      `Everybody has version ${version} already.`,
      'A share is for another version beside it; npm run rollback goes back from it.',
    );
  if (!read_version(folder, others).manifest.shares)
    throw new Refusal(
      `The moving tag of version ${others}, which everybody has, gives no shares: it is older than they are.`,
      'Promote a version that does for everybody first, without --share.',
    );
}

/** A version's folder never changes, so one that is there must be the same. */
function bring(version, from, to) {
  const target = join(to, version);
  if (existsSync(target)) {
    const { bytes } = read_version(to, version);
    const released = join(from, version, 'manifest.json');
    if (existsSync(released) && !readFileSync(released).equals(bytes))
      throw new Refusal(
        `${target} is there already and is another build than ${join(from, version)}.`,
        'Released bytes never change: release the new build under a new version.',
      );
    return;
  }
  read_version(from, version);
  const beside = `${target}.${process.pid}.new`;
  cpSync(join(from, version), beside, { recursive: true });
  renameSync(beside, target);
}

/** @param {{to: string, from?: string, share?: number}} options `share`: of 100 browsers; left out: all */
export async function promote(version, { to, from = release_folder, share }) {
  return change_channel(to, ({ history, on }) => {
    if (share) check_others(to, version, history);
    bring(version, from, to);
    const { bytes } = read_version(to, version);
    if (share) return { history, on, canary: { version, share, manifest: integrity_of(bytes) } };
    return { history: [...history.filter((name) => name !== version), version], on };
  });
}

/** What begins with a hyphen is no value of an option to parseArgs, unless it is tied to it: `--share -1`. */
function tied(args) {
  const at = args.indexOf('--share');
  return at >= 0 && at + 1 < args.length ? args.toSpliced(at, 2, `--share=${args[at + 1]}`) : args;
}

async function command(args) {
  const { values, positionals } = parseArgs({
    args: tied(args),
    allowPositionals: true,
    options: { to: { type: 'string' }, from: { type: 'string' }, share: { type: 'string' } },
  });
  const [version] = positionals;
  if (positionals.length !== 1 || !is_version(version))
    throw new WrongCall(`a version is wanted: ${version_rule}`);
  if (!values.to) throw new WrongCall('--to FOLDER is wanted: the folder that is served');
  const { before, now } = await promote(version, {
    to: resolve(values.to),
    from: values.from && resolve(values.from),
    share: share_of(values.share),
  });
  const ended = before?.canary?.version;
  if (ended && ended !== now.canary?.version && ended !== now.version)
    console.log(
      `Version ${ended} had a share of ${before.canary.share} in 100 browsers; no browser gets it any more.`,
    );
  console.log(describe(now).join('\n'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  exit_on_signals();
  await run_command('promote', usage, command);
}
