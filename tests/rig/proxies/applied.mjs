// A real HAProxy with workers, as systemd runs it, whose configuration `npm run apply` changes while a call goes on.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { find_command } from '../../../tools/setup/debian.mjs';
import { start_on_leash } from '../leash.mjs';
import { until_listening } from '../network/ports.mjs';
import { until } from '../widget.mjs';
import { proxy_places } from './proxy.mjs';
import { recipe_text } from './recipes.mjs';

const main = fileURLToPath(new URL('../../../tools/deploy/apply/main.mjs', import.meta.url));

/** @param {{gateway_port: number, livekit_port: number}} options */
export async function start_applied(options) {
  const places = await proxy_places(options);
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-apply-'));
  const [file, pid_file] = [join(folder, 'haproxy.cfg'), join(folder, 'haproxy.pid')];
  const text = (changes) => recipe_text('haproxy-hal', places, changes);
  writeFileSync(file, text());
  const running = start_on_leash([find_command('haproxy'), '-W', '-db', '-p', pid_file, '-f', file]);
  await until_listening(places.port);
  // It listens before it has written who it is.
  let master = 0;
  await until('the process file', () => (master = Number(readFileSync(pid_file, 'utf8').split('\n')[0])) > 0);
  return {
    ...{ file, folder, url: `https://localhost:${places.port}`, trust: places.certificate.certificate_file },
    certificate: places.certificate.certificate,
    output: running.output,
    text,
    read: () => readFileSync(file, 'utf8'),
    backups: () => readdirSync(folder).filter((name) => name.includes('.backup-')),
    /** The processes that serve, old ones that keep calls among them. */
    workers: () =>
      readFileSync(`/proc/${master}/task/${master}/children`, 'utf8').trim().split(' ').map(Number),
    /**
     * As an operator does, with a file of this text; a child process of ours.
     * @returns {{child: import('node:child_process').ChildProcess, ended: Promise<{exit: number | string, said: string, seconds: number}>}}
     */
    apply(next, { url, args = [], doctor_args = [] }) {
      const begun_ms = performance.now();
      const given = next === undefined ? ['--rollback'] : [join(folder, 'next.cfg')];
      if (next !== undefined) writeFileSync(given[0], next);
      const own = [
        '--to',
        file,
        '--url',
        url,
        '--reload',
        `kill -USR2 ${master}`,
        '--pid-file',
        pid_file,
        ...args,
      ];
      const child = spawn(process.execPath, [main, ...given, ...own, '--', ...doctor_args], {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: places.certificate.certificate_file },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (more) => (said += more));
      const ended = new Promise((resolve) =>
        child.once('close', (code, signal) =>
          resolve({ exit: code ?? signal, said, seconds: (performance.now() - begun_ms) / 1_000 }),
        ),
      );
      return { child, ended, said: () => said };
    },
    async close() {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
      rmSync(places.home, { recursive: true, force: true });
    },
  };
}
