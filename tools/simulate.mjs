// `npm run simulate -- --seeds N --first S --jobs J`: builds the simulator (tests/simulation) and runs it; the flags are its own
// (tests/simulation/main.cpp).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { BuildFailure, build_preset } from './lib/cmake.mjs';
import { build_folder } from './lib/paths.mjs';
import { exit_on_signals } from './lib/run.mjs';

async function build_or_exit() {
  try {
    await build_preset('native', { targets: ['simulate'] });
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    console.error(`${error.output}\n${error.message}`);
    process.exit(1);
  }
}

exit_on_signals();
const flags = process.argv.slice(2).filter((flag) => flag !== '--built');
if (!process.argv.includes('--built')) await build_or_exit();
const program = join(build_folder, 'native/simulate');
process.exit(spawnSync(program, flags, { stdio: 'inherit' }).status ?? 1);
