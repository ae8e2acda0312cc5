// The rivals' rounds: the same faults, proxy and HAProxy as for our own pages, with each rival's own server behind them.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { launch_browser } from '../../../../tests/rig/browsers/browser.mjs';
import { free_port, until_listening } from '../../../../tests/rig/network/ports.mjs';
import { start_tcp_proxy } from '../../../../tests/rig/network/tcp_proxy.mjs';
import { with_stage } from '../../../../tests/rig/with_stage.mjs';
import { quantile } from '../../../lib/samples.mjs';
import { get_locked, locked_are_there, locked_folder } from '../../../setup/locked_packages.mjs';
import { start_haproxy } from '../haproxy.mjs';
import { play_round } from '../rounds.mjs';
import { browser_options, livekit_person, server_command, server_missing } from './livekit.mjs';
import { kinds, rival_person } from './people.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const packages = { name: 'reconnect-rivals', folder: here('.') };

/** How each rival's server is started, and its people; `missing`: why it cannot be measured here. */
const rivals = {
  ...Object.fromEntries(
    kinds.map((kind) => [
      kind,
      {
        command: (port, modules) => [process.execPath, here('server.mjs'), kind, port, modules],
        person: (_, port, modules) => rival_person(kind, port, modules),
      },
    ]),
  ),
  'livekit-client': {
    missing: server_missing,
    command: server_command,
    person: livekit_person,
    browser_options,
  },
};

/** A server that can be killed and comes back on its port: what rounds.mjs calls a gateway. */
async function start_server(command, modules) {
  const port = await free_port();
  const [program, ...args] = command(port, modules);
  let child;
  const restart = async () => {
    child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
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

async function measure_rival(name, stage, { people: count, rounds, pause_ms }, modules, progress) {
  const { command, person, browser_options: options } = rivals[name];
  const gateway = await start_server(command, modules);
  stage.defer(gateway.kill);
  const haproxy = await start_haproxy(gateway.port);
  stage.defer(haproxy.close);
  const network = await start_tcp_proxy(haproxy.port);
  stage.defer(network.close);
  const browser = options && (await launch_browser(options));
  if (browser) stage.defer(browser.close);
  const people = [];
  for (let i = 0; i < count; i += 1) people.push(await person(i, network.port, modules, browser));
  stage.defer(() => Promise.all(people.map((one) => one.close())));
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
      `${name}, ${fault}: half after ${quantile(times_ms, 0.5)} ms, the last after ${Math.max(...times_ms)} ms`,
    );
  }
  return keys;
}

/** @param {{people: number, rounds: Record<string, number>, pause_ms: number}} plan */
export async function measure_rivals(plan, progress) {
  if (!locked_are_there(packages)) await get_locked(packages);
  const modules = locked_folder(packages);
  const results = {};
  for (const [name, { missing }] of Object.entries(rivals)) {
    const why = await missing?.();
    if (why) progress(`${name}: SKIPPED, ${why}`);
    results[name] = why
      ? { skipped: why }
      : await with_stage((stage) => measure_rival(name, stage, plan, modules, progress));
  }
  return results;
}
