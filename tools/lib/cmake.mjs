// Configures and builds a CMake preset. ninja reruns CMake by itself when CMakeLists.txt, a glob or toolchain.json changed.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { with_lock } from './lock.mjs';
import { build_folder, checkout, read_toolchain } from './paths.mjs';
import { build_environment, run } from './run.mjs';

/** Thrown when a compiler or bundler said no; its words were shown already or stand in `output`. */
export class BuildFailure extends Error {
  constructor(what, output) {
    super(what);
    this.output = output;
  }
}

/** ninja has no lock of its own: two at once in one folder mix their outputs. */
export const one_build_at_a_time = (work, builds = build_folder) =>
  with_lock(join(builds, 'build.lock'), 'build', work);

/** A build folder remembers its compiler: another toolchain needs a fresh one. */
async function configure(preset, sources) {
  const folder = join(sources, 'build', preset);
  const stamp_file = join(folder, 'configured-for');
  const stamp =
    JSON.stringify(read_toolchain().emscripten) + readFileSync(join(sources, 'CMakePresets.json'), 'utf8');
  if (
    existsSync(join(folder, 'build.ninja')) &&
    existsSync(stamp_file) &&
    readFileSync(stamp_file, 'utf8') === stamp
  )
    return;
  const { code, output } = await run(['cmake', '--fresh', '--preset', preset], {
    cwd: sources,
    env: build_environment(sources),
    log: join(sources, 'build/logs', `configure-${preset}.log`),
  });
  if (code !== 0) throw new BuildFailure(`CMake could not configure "${preset}"`, output);
  writeFileSync(stamp_file, stamp);
}

/**
 * @param {string} preset
 * @param {{targets?: string[], on_line?: (line: string) => void, sources?: string}} [options] no targets: all of them; `sources`: of
 *   another checkout than this one, with the same toolchain
 */
export async function build_preset(preset, { targets = [], on_line, sources = checkout } = {}) {
  const wanted = targets.length > 0 ? ['--target', ...targets] : [];
  const { code, output } = await one_build_at_a_time(
    async () => {
      await configure(preset, sources);
      return run(['cmake', '--build', '--preset', preset, '--parallel', '2', ...wanted], {
        cwd: sources,
        env: build_environment(sources),
        log: join(sources, 'build/logs', `build-${preset}.log`),
        on_line,
      });
    },
    join(sources, 'build'),
  );
  if (code !== 0)
    throw new BuildFailure(
      `building "${preset}" failed`,
      output.slice(Math.max(0, output.indexOf('FAILED: '))),
    );
}

/** Whether a preset has a target: parts whose sources do not exist yet have none. */
export async function has_target(preset, target) {
  await one_build_at_a_time(async () => {
    await configure(preset, checkout);
    await run(['cmake', '--build', '--preset', preset, '--target', 'build.ninja'], {
      env: build_environment(),
    });
  });
  const ninja = readFileSync(join(build_folder, preset, 'build.ninja'), 'utf8');
  return new RegExp(`^build ${target}: (phony|CXX_EXECUTABLE)`, 'm').test(ninja);
}
