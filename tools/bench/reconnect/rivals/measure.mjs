// The rivals' rounds: the same faults, proxy and HAProxy as for our own pages, with each rival's own server behind them.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { free_port, until_listening } from '../../../../tests/rig/ports.mjs';
import { start_tcp_proxy } from '../../../../tests/rig/tcp_proxy.mjs';
import { with_stage } from '../../../../tests/rig/with_stage.mjs';
import { cache_folder } from '../../../lib/paths.mjs';
import { run } from '../../../lib/run.mjs';
import { quantile } from '../../../lib/samples.mjs';
import { start_haproxy } from '../haproxy.mjs';
import { play_round } from '../rounds.mjs';
import { kinds, rival_person } from './people.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** @returns {Promise<string>} the folder in the cache where the packages of package-lock.json are */
async function install() {
  const folder = join(cache_folder, 'rivals', 'reconnect');
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(here(name), join(folder, name));
  if (existsSync(join(folder, 'node_modules/.package-lock.json'))) return folder;
  const { code, output } = await run(['npm', 'ci', '--ignore-scripts'], { cwd: folder });
  if (code !== 0) throw new Error(`the rivals could not be installed:\n${output}`);
  return folder;
}

/** A server that can be killed and comes back on its port: what rounds.mjs calls a gateway. */
async function start_server(kind, modules) {
  const port = await free_port();
  let child;
  const restart = async () => {
    child = spawn(process.execPath, [here('server.mjs'), kind, port, modules], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await until_listening(port);
  };
  const kill = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  await restart();
  return { port, kill, restart };
}

/** @param {{people: number, rounds: Record<string, number>, pause_ms: number}} plan */
export async function measure_rivals({ people: count, rounds, pause_ms }, progress) {
  const modules = await install();
  const results = {};
  for (const kind of kinds) {
    results[kind] = await with_stage(async (stage) => {
      const gateway = await start_server(kind, modules);
      stage.defer(gateway.kill);
      const haproxy = await start_haproxy(gateway.port);
      stage.defer(haproxy.close);
      const network = await start_tcp_proxy(haproxy.port);
      stage.defer(network.close);
      const port = Number(new URL(network.url).port);
      const people = [];
      for (let i = 0; i < count; i += 1) people.push(await rival_person(kind, port, modules));
      stage.defer(() => people.forEach((person) => person.close()));
      const keys = {};
      let number = 0;
      for (const [fault, times] of Object.entries(rounds)) {
        const attempts = [];
        for (let i = 0; i < times; i += 1) {
          await sleep(pause_ms);
          attempts.push(...(await play_round(fault, (number += 1), { network, gateway, haproxy, people })));
        }
        const times_ms = attempts.map(({ ms }) => ms ?? Infinity);
        keys[fault === 'blip' ? 'blip_text_ms_p99' : `${fault}_ms_p99`] = quantile(times_ms, 0.99);
        progress(
          `${kind}, ${fault}: half after ${quantile(times_ms, 0.5)} ms, the last after ${Math.max(...times_ms)} ms`,
        );
      }
      return keys;
    });
  }
  return results;
}
