// `npm run apply -- NEW --to FILE --url URL`: a proxy's new configuration, taken back by itself where the doctor finds a fault.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exit_on_signals } from '../../lib/run.mjs';
import { with_lock } from '../../lib/lock.mjs';
import { printable, run_command, WrongCall } from '../../release/refusal.mjs';
import { apply, recover, roll_back } from './apply.mjs';
import { proxies, proxy_of } from './proxies.mjs';

const usage = `usage: npm run apply -- NEW --to FILE --url URL [options] [-- DOCTOR'S OPTIONS]
       npm run apply -- --rollback --to FILE --url URL [options]

NEW is a configuration of HAProxy, nginx or Caddy (tools/deploy has recipes), FILE the one that is in use, URL a page with the tag. Keeps a
backup, checks the syntax, reloads without ending calls, asks the doctor, and goes back by itself where he finds what was not wrong before.
--rollback goes back to the configuration before.

  --proxy NAME       ${Object.keys(proxies).join(', ')}; told from FILE's name else
  --reload COMMAND   in place of ${Object.values(proxies)
    .map(({ reload }) => reload)
    .join(', ')}
  --pid-file FILE    of the proxy's first process, whose children serve; /run/haproxy.pid, /run/nginx.pid

Ends with 0: applied. 1: not, and all is as it was. 2: a wrong call.`;

const option = { type: 'string' };

async function command(args) {
  const cut = args.indexOf('--');
  const [own, doctor_args] = cut < 0 ? [args, []] : [args.slice(0, cut), args.slice(cut + 1)];
  const { values, positionals } = parseArgs({
    args: own,
    allowPositionals: true,
    options: {
      to: option,
      url: option,
      proxy: option,
      reload: option,
      'pid-file': option,
      rollback: { type: 'boolean' },
    },
  });
  const { to, url, rollback } = values;
  if (!to || !url || !URL.canParse(url)) throw new WrongCall('--to FILE and --url URL are wanted');
  if (positionals.length !== (rollback ? 0 : 1))
    throw new WrongCall('one new configuration is wanted, or --rollback');
  const name = values.proxy ?? proxy_of(resolve(to));
  if (!name || !Object.hasOwn(proxies, name))
    throw new WrongCall(
      `--proxy is one of ${Object.keys(proxies).join(', ')}${values.proxy ? `, not "${values.proxy}"` : ''}`,
    );
  const site = {
    ...{ file: resolve(to), url, doctor_args },
    proxy: {
      ...proxies[name],
      ...(values.reload && { reload: values.reload }),
      ...(values['pid-file'] && { pid_file: values['pid-file'] }),
    },
    say: (line) => console.log(printable(line)),
  };
  await with_lock(`${site.file}.lock`, 'apply', async () => {
    await recover(site);
    const well = rollback ? await roll_back(site) : (await apply(site, resolve(positionals[0]))).applied;
    if (!well) process.exitCode = 1;
  });
}

exit_on_signals();
await run_command('apply', usage, command);
