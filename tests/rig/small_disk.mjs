// A disk of a few megabytes that can really be full: a tmpfs of its own. Mounting wants root.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** @returns {{folder: string, fill: () => void, free: () => void, remove: () => void}|{missing: string}} missing: why there is none */
export function small_disk(megabytes = 8) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'shopbell-disk-'));
  const { status, stderr, error } = spawnSync('mount', [
    ...['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`],
    ...['none', folder],
  ]);
  if (status !== 0) {
    rmdirSync(folder);
    return { missing: `no disk can be mounted to be filled: ${error?.message ?? String(stderr).trim()}` };
  }
  const filler = path.join(folder, 'filler');
  return {
    folder,
    fill() {
      const block = Buffer.alloc(4_096);
      for (;;) {
        try {
          writeFileSync(filler, block, { flag: 'a' });
        } catch (error) {
          if (error.code !== 'ENOSPC') throw error;
          return;
        }
      }
    },
    free: () => rmSync(filler),
    remove() {
      spawnSync('umount', ['-l', folder]);
      rmdirSync(folder);
    },
  };
}
