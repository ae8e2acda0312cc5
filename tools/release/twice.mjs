// `npm run release:twice`: two clean checkouts of what is committed, in folders of different names and depths, each released: every byte must
// be the same. The compiler's cache is off, so that both really compile.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { checkout } from '../lib/paths.mjs';

const version = '0.0.0-twice';
const scratch = mkdtempSync(join(tmpdir(), 'shopbell-twice-'));
const folders = [join(scratch, 'a'), join(scratch, 'another/and deeper', 'b')];

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, CCACHE_DISABLE: '1' },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed in ${cwd}`);
}

function files_of(folder, root = folder) {
  return readdirSync(folder)
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? files_of(path, root) : [relative(root, path)];
    })
    .sort();
}

try {
  // Both before the first is built, which takes minutes: of the same commit.
  for (const folder of folders) {
    mkdirSync(join(folder, '..'), { recursive: true });
    run('git', ['clone', '--quiet', '--no-hardlinks', checkout, folder], scratch);
    symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'));
  }
  for (const folder of folders) run('npm', ['run', 'release', '--', '--version', version], folder);
  const [one, two] = folders.map((folder) => join(folder, 'dist/release', version));
  const [files, others] = [files_of(one), files_of(two)];
  const missing = [...files, ...others].filter((file) => !files.includes(file) || !others.includes(file));
  const different = files.filter(
    (file) => others.includes(file) && !readFileSync(join(one, file)).equals(readFileSync(join(two, file))),
  );
  const paths = files.filter((file) => readFileSync(join(one, file), 'latin1').includes(scratch));
  for (const file of missing) console.log(`only in one: ${file}`);
  for (const file of different) console.log(`different: ${file}`);
  for (const file of paths) console.log(`has this machine's paths in it: ${file}`);
  console.log(
    `${files.length} files, ${different.length + missing.length} different, ${paths.length} with paths`,
  );
  if (missing.length + different.length + paths.length > 0) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
