// One at a time: a second process waits for the first. The lock is a file that holds its owner's process id, so that one left by a
// killed process is recognised.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

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

/**
 * @param {string} lock_file
 * @param {string} what "another … is at work" is said when it has to wait
 * @returns {Promise<() => void>} gives the lock back
 */
export async function take_lock(lock_file, what) {
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
    if (!said) process.stderr.write(`another ${what} is at work; waiting for it (${lock_file})\n`);
    said = true;
    await sleep(300);
  }
}

export async function with_lock(lock_file, what, work) {
  const give_back = await take_lock(lock_file, what);
  try {
    return await work();
  } finally {
    give_back();
  }
}
