// `npm run promote -- VERSION --to FOLDER [--from FOLDER]`: puts a released version into the folder that is served, and has moving tags run it.
import { cpSync, existsSync, readFileSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { release_folder } from '../lib/paths.mjs';
import { exit_on_signals } from '../lib/run.mjs';
import { change_channel, describe } from './channel.mjs';
import { Refusal, run_command, WrongCall } from './refusal.mjs';
import { read_version } from './served.mjs';
import { is_version, version_rule } from './version.mjs';

const usage = `usage: npm run promote -- VERSION --to FOLDER [--from FOLDER]

Copies dist/release/VERSION (or FOLDER/VERSION of --from) into the folder that is served, checks every byte of it, and writes what moving
tags read: shopbell.js, widget/chat-widget-enhanced.js and channel.json. The version before stays and can be had back: npm run rollback`;

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

export async function promote(version, { to, from = release_folder }) {
  return change_channel(to, ({ history, on }) => {
    bring(version, from, to);
    read_version(to, version);
    return { history: [...history.filter((name) => name !== version), version], on };
  });
}

async function command(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { to: { type: 'string' }, from: { type: 'string' } },
  });
  const [version] = positionals;
  if (positionals.length !== 1 || !is_version(version))
    throw new WrongCall(`a version is wanted: ${version_rule}`);
  if (!values.to) throw new WrongCall('--to FOLDER is wanted: the folder that is served');
  const { now } = await promote(version, {
    to: resolve(values.to),
    from: values.from && resolve(values.from),
  });
  console.log(describe(now).join('\n'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  exit_on_signals();
  await run_command('promote', usage, command);
}
