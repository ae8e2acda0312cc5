// One setup at a time for each cache folder: a second one waits. The lock is a file that holds its owner's process id, so that a
// lock left by a killed setup is recognised.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './progress.mjs';

function owner_lives(lock_file) {
  let pid;
  try {
    pid = Number(readFileSync(lock_file, 'utf8'));
  } catch {
    return false; // it was given back in this moment
  }
  if (!Number.isInteger(pid) || pid <= 0) return true; // its owner is just writing it
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** @returns {Promise<() => void>} gives the lock back */
export async function take_lock(lock_file) {
  mkdirSync(dirname(lock_file), { recursive: true });
  for (let said = false; ;) {
    try {
      writeFileSync(lock_file, String(process.pid), { flag: 'wx' });
      const give_back = () => rmSync(lock_file, { force: true });
      process.on('exit', give_back);
      return () => {
        process.off('exit', give_back);
        give_back();
      };
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!owner_lives(lock_file)) {
      rmSync(lock_file, { force: true });
      continue;
    }
    if (!said) say(`another setup is at work; waiting for it (${lock_file})`);
    said = true;
    await sleep(300);
  }
}
