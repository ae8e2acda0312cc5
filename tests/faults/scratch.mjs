// A scratch copy of the checkout for faults: outside of it, with the working tree's present files and what was
// built of them, sharing node_modules and the toolchain's cache. One copy serves all faults of a run, so that
// builds are incremental. Programs for this machine have a copy of their own, which serves all runs.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build_preset } from '../../tools/lib/cmake.mjs';

/** Runs a program and gives its exit code and everything that it wrote. */
export function run(command, args, { cwd, env, timeout_ms = 600_000 } = {}) {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: timeout_ms,
    maxBuffer: 64 * 1024 * 1024,
  });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ? `\n${result.error.message}` : ''}`;
  return { code: result.status ?? 1, stdout: result.stdout ?? '', output };
}

function tracked_files(checkout) {
  const listed = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: checkout,
  });
  if (listed.code !== 0) throw new Error(`git ls-files: ${listed.output}`);
  return listed.stdout.split('\0').filter((file) => file && existsSync(join(checkout, file)));
}

/** Puts patches into a folder, and takes them back. */
function applier(folder) {
  // git apply looks for a repository above the folder and would then skip every path that is not in it.
  const env = { GIT_CEILING_DIRECTORIES: dirname(folder), GIT_DIR: undefined };
  return (patch, ...more) =>
    run('git', ['apply', '--whitespace=nowarn', ...more, patch], { cwd: folder, env });
}

// What setup found on this machine; the compilers themselves stay in the cache.
const toolchain = 'build/toolchain.json';

const built_parts = ['dist/dev', 'dist/gateway'];
const build_flags = { scripts: '--bundles', cores: '--cores', all: '--quiet' };

export function make_scratch(checkout) {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-faults-'));
  for (const file of tracked_files(checkout)) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    cpSync(join(checkout, file), join(folder, file), { preserveTimestamps: true });
  }
  mkdirSync(join(folder, 'build'));
  cpSync(join(checkout, toolchain), join(folder, toolchain));
  const copy_what_is_built = () => {
    for (const part of built_parts) {
      rmSync(join(folder, part), { recursive: true, force: true });
      cpSync(join(checkout, part), join(folder, part), { recursive: true });
    }
  };
  copy_what_is_built();
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'));
  const apply = applier(folder);
  return {
    folder,
    apply: (patch) => apply(patch),
    revert(patch) {
      copy_what_is_built();
      return apply(patch, '--reverse');
    },
    /** @param {import('./patches.mjs').Fault['builds']} part */
    build: (part) => run('node', ['tools/build.mjs', build_flags[part]], { cwd: folder }),
    /** Runs one row in the copy, or only its cases with that text in their names. @returns {{result: string, reason: string}} */
    row(id, only = '') {
      const { stdout, output } = run('node', ['tests/acceptance/run.mjs', id, '--exact', '--json'], {
        cwd: folder,
        env: { SHOPBELL_CASE: only },
      });
      try {
        return JSON.parse(stdout).rows[0];
      } catch {
        return { result: 'no result', reason: output.trim().split('\n').slice(-3).join(' | ') };
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Makes the folder's files those of the checkout. What is the same keeps its time, so that only the rest is built anew. */
function bring_files(checkout, folder) {
  const files = new Set([...tracked_files(checkout), toolchain]);
  // CMake takes what it finds, so a source that is gone must be gone here too.
  for (const file of readdirSync(folder, { recursive: true }))
    if (!files.has(file) && !/^build(?:\/|$)/.test(file) && !lstatSync(join(folder, file)).isDirectory())
      rmSync(join(folder, file));
  for (const file of files) {
    const [from, to] = [join(checkout, file), join(folder, file)];
    if (existsSync(to) && readFileSync(to).equals(readFileSync(from))) continue;
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to);
  }
}

/**
 * A copy in a folder that is kept, with its build folder: what is built there for this machine begins with what the last run built.
 * A fault that an interrupted run has left there is taken back.
 */
export function native_scratch(checkout, folder) {
  mkdirSync(folder, { recursive: true });
  bring_files(checkout, folder);
  const apply = applier(folder);
  return {
    folder,
    apply: (patch) => apply(patch),
    revert: (patch) => apply(patch, '--reverse'),
    /** Throws a BuildFailure. */
    build: (target, on_line) => build_preset('native', { targets: [target], on_line, sources: folder }),
  };
}
