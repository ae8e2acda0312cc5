// The folder that is served: version folders, which never change, and beside them the few files that promote, rollback and kill write.
// Each of those is written whole beside its place and renamed into it, so that a server never sends half of one.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { integrity_of } from './integrity.mjs';
import { Refusal } from './refusal.mjs';
import { is_version } from './version.mjs';

const unfinished = '.new';

/** @param {number} [mode]  rights, where they are not the process's own usual ones */
export function write_whole(file, bytes, mode) {
  mkdirSync(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}${unfinished}`;
  const handle = openSync(beside, 'w', mode);
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(beside, file);
}

/** What a killed command left behind. */
export function remove_unfinished(folder) {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder))
    if (name.endsWith(unfinished)) rmSync(join(folder, name), { recursive: true, force: true });
}

/** @returns {string[]} the versions in the folder, as their names sort */
export const versions_in = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && is_version(entry.name))
        .map(({ name }) => name)
        .filter((name) => existsSync(join(folder, name, 'manifest.json')))
        .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    : [];

/** @returns {{bytes: Buffer, manifest: object}} of a version's folder, all of whose files are as its manifest says */
export function read_version(folder, version) {
  const file = join(folder, version, 'manifest.json');
  if (!existsSync(file))
    throw new Refusal(
      `There is no version ${version} in ${folder}.`,
      versions_in(folder).length > 0
        ? `There are: ${versions_in(folder).join(', ')}.`
        : `Make it first: npm run release -- --version ${version}`,
    );
  const bytes = readFileSync(file);
  let manifest;
  try {
    manifest = JSON.parse(bytes);
  } catch {
    throw new Refusal(`${file} is no JSON.`, 'Copy the version anew from where it was released.');
  }
  const wrong = manifest.files.filter(({ path, integrity }) => {
    const at = join(folder, version, path);
    return !existsSync(at) || integrity_of(readFileSync(at)) !== integrity;
  });
  if (wrong.length > 0)
    throw new Refusal(
      `In ${join(folder, version)} these files are missing or not as they were released: ${wrong.map(({ path }) => path).join(', ')}.`,
      'Remove that folder and copy the version anew from where it was released.',
    );
  return { bytes, manifest };
}
