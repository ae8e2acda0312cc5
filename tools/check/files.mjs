// The project's own files, as git knows them: tracked, or new and not ignored.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../lib/paths.mjs';

/** @param {string[]} patterns git pathspecs @returns {string[]} paths relative to the checkout */
export function project_files(...patterns) {
  const listed = spawnSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...patterns],
    {
      cwd: checkout,
      encoding: 'utf8',
    },
  );
  if (listed.status !== 0) throw new Error(`git ls-files: ${listed.stderr}`);
  return [...new Set(listed.stdout.split('\0'))]
    .filter((file) => file && existsSync(join(checkout, file)))
    .sort();
}

export const cpp_files = () => project_files('*.cpp', '*.h');
