// `npm run kill -- on|off --to FOLDER`: the kill switch of all moving tags.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exit_on_signals } from '../lib/run.mjs';
import { change_channel, describe } from './channel.mjs';
import { Refusal, run_command, WrongCall } from './refusal.mjs';

const usage = `usage: npm run kill -- on|off --to FOLDER

on: new page loads with a moving tag get no chat, and say so in the console. off: they get the promoted version again.`;

export const kill = (folder, killed) =>
  change_channel(folder, ({ history, canary }) => {
    if (history.length === 0)
      throw new Refusal('No version has been promoted there.', 'npm run promote -- VERSION --to FOLDER');
    return { history, on: !killed, canary };
  });

async function command(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { to: { type: 'string' } },
  });
  if (positionals.length !== 1 || !['on', 'off'].includes(positionals[0]))
    throw new WrongCall('say on or off');
  if (!values.to) throw new WrongCall('--to FOLDER is wanted: the folder that is served');
  const { now } = await kill(resolve(values.to), positionals[0] === 'on');
  console.log(describe(now).join('\n'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  exit_on_signals();
  await run_command('kill', usage, command);
}
