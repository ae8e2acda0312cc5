// Gets everything that building, testing and running needs. Idempotent: each step looks first whether it is done, so a second run
// takes a moment. Runs before node_modules exist. All it prints goes to stderr. See versions.mjs for what is pinned.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build_folder, cache_folder, toolchain_file } from '../lib/paths.mjs';
import { with_lock } from '../lib/lock.mjs';
import { exit_on_signals } from '../lib/run.mjs';
import { apt_install, is_there } from './debian.mjs';
import { SetupFailure } from './failure.mjs';
import { find_emscripten, make_emscripten } from './emscripten.mjs';
import { get_node_modules, node_modules_are_there } from './node_modules.mjs';
import { elapsed, say } from './progress.mjs';
import { get_source, source_folder, source_is_there } from './sources.mjs';
import { node_min, packages, sources } from './versions.mjs';

const missing_packages = () => packages.filter(({ proof }) => !is_there(proof)).map(({ name }) => name);
const missing_sources = () => sources.filter((source) => !source_is_there(source));

const steps = [
  {
    title: 'Debian packages',
    is_done: () => missing_packages().length === 0,
    run: () => apt_install(missing_packages()),
  },
  {
    title: 'npm packages',
    is_done: node_modules_are_there,
    run: get_node_modules,
  },
  {
    title: 'sources from the Debian pool',
    is_done: () => missing_sources().length === 0,
    run: async () => {
      for (const source of missing_sources()) await get_source(source);
    },
  },
  {
    title: 'Emscripten',
    is_done: () => find_emscripten() !== null,
    run: make_emscripten,
  },
];

function write_toolchain() {
  const text = `${JSON.stringify(
    {
      cache: cache_folder,
      sources: Object.fromEntries(sources.map((source) => [source.name, source_folder(source)])),
      ...find_emscripten(),
    },
    null,
    2,
  )}\n`;
  mkdirSync(build_folder, { recursive: true });
  // Written only when something changed: CMake configures anew when this file is newer.
  try {
    if (readFileSync(toolchain_file, 'utf8') === text) return;
  } catch {
    /* not written yet */
  }
  writeFileSync(toolchain_file, text);
}

async function run_steps() {
  for (const [i, step] of steps.entries()) {
    const place = `step ${i + 1}/${steps.length} (${elapsed()}): ${step.title}`;
    if (step.is_done()) {
      say(`${place}: there`);
      continue;
    }
    say(place);
    await step.run();
    if (!step.is_done()) {
      throw new SetupFailure(
        `Step "${step.title}" ended, but what it should bring is not there.`,
        'Run `npm run setup` again; if it stays so, report it with the output above.',
      );
    }
  }
}

async function main() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < node_min[0] || (major === node_min[0] && minor < node_min[1])) {
    throw new SetupFailure(
      `This is node ${process.versions.node}; Shopbell needs node ${node_min.join('.')} or newer.`,
      "Install it (Debian 12's own is 18) and run the command again.",
    );
  }
  exit_on_signals();
  if (steps.some((step) => !step.is_done()))
    await with_lock(join(cache_folder, 'setup.lock'), 'setup', run_steps);
  write_toolchain();
  say(`ready (${elapsed()})`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof SetupFailure)) throw error;
  say(`failed: ${error.message}`);
  process.exit(1);
}
