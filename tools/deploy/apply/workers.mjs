// The processes that serve. A reload says nothing of how it went (HAProxy's, nginx's): it went well when a new one is there and stays.
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const look_ms = 50;
const stays_ms = 700;
const limit_ms = 20_000;

const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

/** @returns {Set<number> | undefined} undefined where nobody runs there */
export function workers_of(pid_file) {
  const master = Number(read(pid_file).split('\n')[0]);
  if (!Number.isInteger(master) || master <= 0 || read(`/proc/${master}/stat`) === '') return undefined;
  const parent_of = (pid) => Number(/\) \S (\d+)/.exec(read(`/proc/${pid}/stat`))?.[1]);
  return new Set(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => parent_of(pid) === master),
  );
}

/** @param {Set<number>} before @returns {Promise<boolean>} whether another one serves, and stays */
export async function until_new_worker(pid_file, before) {
  const end_ms = performance.now() + limit_ms;
  while (performance.now() < end_ms) {
    const fresh = [...(workers_of(pid_file) ?? [])].filter((pid) => !before.has(pid));
    if (fresh.length > 0) {
      await sleep(stays_ms);
      const now = workers_of(pid_file) ?? new Set();
      if (fresh.some((pid) => now.has(pid))) return true;
    }
    await sleep(look_ms);
  }
  return false;
}
