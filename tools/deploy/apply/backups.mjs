// The files before, beside the one that is replaced, and the note that one has not been judged yet: who is killed in between finds it.
import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { write_whole } from '../../release/served.mjs';

const kept = 10;
const note_of = (file) => `${file}.applying`;

/** @returns {string[]} of this file, the newest first */
export const backups_of = (file) =>
  readdirSync(dirname(file))
    .filter((name) => name.startsWith(`${basename(file)}.backup-`))
    .sort()
    .reverse()
    .map((name) => join(dirname(file), name));

/** @returns {string} the backup's file */
export function back_up(file) {
  const now = new Date().toISOString().replace(/[:.]/g, '-');
  const backup = `${file}.backup-${now}`;
  copyFileSync(file, backup);
  for (const old of backups_of(file).slice(kept)) rmSync(old);
  return backup;
}

/** Whole or not at all, with the rights of the file that was there. */
export function put(file, bytes) {
  write_whole(file, bytes, existsSync(file) ? statSync(file).mode & 0o777 : undefined);
}

export const note = (file, backup) => write_whole(note_of(file), Buffer.from(`${backup}\n`));
export const forget_note = (file) => rmSync(note_of(file), { force: true });

/** @returns {string | undefined} the backup to which a killed run would have gone back */
export function unjudged(file) {
  if (!existsSync(note_of(file))) return undefined;
  const backup = readFileSync(note_of(file), 'utf8').trim();
  return existsSync(backup) ? backup : undefined;
}
