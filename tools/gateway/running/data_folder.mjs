// DATA_DIR: what shoppers said, for one gateway at a time and nobody else's eyes.
//
// Two gateways on one folder would answer a message twice and take each other's running answers for cut ones. The lock is an open transaction
// on a file of its own: the system lets go of it when its process ends, however it ends, and it is in nobody's way who reads or copies the store.
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { ConfigError } from '../settings/config.mjs';

// A gateway that was told to stop may still be answering when the next one starts.
const waitMs = 5_000;
const stepMs = 50;

/** Made when missing; git never sees it. */
function prepared(dataDir) {
  fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const ignore = path.join(dataDir, '.gitignore');
  if (!fs.existsSync(ignore)) fs.writeFileSync(ignore, '*\n');
  return dataDir;
}

/**
 * A SQLite file of the folder that others on the machine cannot read, whatever the folder's own rights are. SQLite gives the files beside it
 * the same rights. @returns {string} its path
 */
export function privateFile(dataDir, name) {
  const file = path.join(prepared(dataDir), name);
  fs.closeSync(fs.openSync(file, 'a', 0o600));
  for (const one of ['', '-wal', '-shm'].map((end) => file + end)) {
    const { mode } = fs.statSync(one, { throwIfNoEntry: false }) ?? {};
    if (mode & 0o007) fs.chmodSync(one, mode & 0o770);
  }
  return file;
}

/** @returns {Promise<() => void>} lets go of the folder */
export async function lockFolder(dataDir) {
  const db = new Database(privateFile(dataDir, 'lock.sqlite'), { timeout: 0 });
  for (const endMs = performance.now() + waitMs; ;) {
    try {
      db.exec('BEGIN EXCLUSIVE');
      return () => db.close();
    } catch (error) {
      if (error.code === 'SQLITE_BUSY' && performance.now() < endMs) {
        await new Promise((resolve) => setTimeout(resolve, stepMs));
        continue;
      }
      db.close();
      if (error.code !== 'SQLITE_BUSY') throw error;
      throw new ConfigError(
        `Another gateway runs on DATA_DIR ${dataDir}: stop it, or set DATA_DIR to another folder`,
      );
    }
  }
}

const writable = 'let the gateway write there, or set DATA_DIR to another folder';
const remedies = {
  EACCES: writable,
  EPERM: writable,
  EROFS: writable,
  ENOTDIR: 'set DATA_DIR to a folder',
  EEXIST: 'set DATA_DIR to a folder',
  ENOSPC: 'free space on its disk',
  SQLITE_FULL: 'free space on its disk',
  SQLITE_CANTOPEN: writable,
  SQLITE_READONLY: writable,
  SQLITE_CORRUPT:
    'put a backup of shopbell.sqlite in its place, or move it away with its -wal and -shm and begin with an empty one',
};
remedies.SQLITE_NOTADB = remedies.SQLITE_CORRUPT;

/** One line for who runs the gateway, of what is wrong with the folder; any other error as it is. */
export function explained(error, dataDir) {
  const { code = '' } = error;
  // SQLite's longer codes begin with the shorter ones: SQLITE_READONLY_DIRECTORY.
  const known = Object.keys(remedies).find((short) => code === short || code.startsWith(`${short}_`));
  if (!known) return error;
  return new ConfigError(`DATA_DIR ${dataDir} cannot be used (${code}): ${remedies[known]}`, {
    cause: error,
  });
}
