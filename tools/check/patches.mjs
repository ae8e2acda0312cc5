// Each fault of tests/faults and each bug of tests/faults/seeded is a patch against today's sources: one that no longer applies proves nothing any more.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { checkout } from '../lib/paths.mjs';

/**
 * @param {{file: string, path: string}[]} patches
 * @param {string} [folder] what they are against
 * @returns {string[]} what is wrong
 */
export function check_patches(patches, folder = checkout) {
  // A repository above the folder would make git skip every path.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) };
  return patches.flatMap(({ file, path }) => {
    const options = { cwd: folder, env, encoding: 'utf8' };
    const { status, stderr } = spawnSync('git', ['apply', '--check', '--whitespace=nowarn', path], options);
    return status === 0 ? [] : [`${file} no longer applies: ${stderr.trim().split('\n')[0]}`];
  });
}
