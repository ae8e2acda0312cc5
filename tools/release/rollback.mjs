// `npm run rollback -- [--version VERSION] --to FOLDER`: moving tags run an earlier version again.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exit_on_signals } from '../lib/run.mjs';
import { change_channel, describe, in_short } from './channel.mjs';
import { Refusal, run_command, WrongCall } from './refusal.mjs';
import { read_version, versions_in } from './served.mjs';

const usage = `usage: npm run rollback -- [--version VERSION] --to FOLDER

Where a version runs in a share of browsers alone (promote --share), no browser gets it any more, and the others' version goes on. Else moving
tags run the version that was promoted before the present one. With --version they run that one, which must be in FOLDER. Nothing is deleted:
the version that is left can be promoted again.`;

/** @param {string[]} history @param {string | undefined} version */
function back(history, version, folder) {
  if (!version) {
    if (history.length < 2)
      throw new Refusal(
        'There is no earlier version to go back to.',
        `Name one with --version; in ${folder} there are: ${versions_in(folder).join(', ') || 'none'}.`,
      );
    return history.slice(0, -1);
  }
  read_version(folder, version);
  const at = history.indexOf(version);
  return at === -1 ? [...history.slice(0, -1), version] : history.slice(0, at + 1);
}

export const rollback = (folder, version) =>
  change_channel(folder, ({ history, on, canary }) => ({
    history: canary && !version ? history : back(history, version, folder),
    on,
  }));

async function command(args) {
  const { values } = parseArgs({ args, options: { to: { type: 'string' }, version: { type: 'string' } } });
  if (!values.to) throw new WrongCall('--to FOLDER is wanted: the folder that is served');
  const { before, now } = await rollback(resolve(values.to), values.version);
  console.log(`Before: ${before ? in_short(before) : 'no version'}.`);
  console.log(describe(now).join('\n'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  exit_on_signals();
  await run_command('rollback', usage, command);
}
