// `node tools/setup/main.mjs [WISH]`: gets what a command needs (wishes.mjs), or without a wish what building, testing and running need.
// Idempotent: each step looks first whether it is done, so a second run takes a moment. Runs before node_modules exist. All it prints goes
// to stderr. See versions.mjs for what is pinned.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build_folder, cache_folder, toolchain_file } from '../lib/paths.mjs';
import { with_lock } from '../lib/lock.mjs';
import { exit_on_signals } from '../lib/run.mjs';
import { apt_install, is_there } from './debian.mjs';
import { SetupFailure } from './failure.mjs';
import { find_emscripten, make_emscripten, packages_of_emscripten } from './emscripten.mjs';
import { get_livekit_server, livekit_elsewhere, livekit_program } from './livekit.mjs';
import { get_locked, livekit_agent, locked_are_there } from './locked_packages.mjs';
import { get_node_modules, node_modules_are_there } from './node_modules.mjs';
import { elapsed, say } from './progress.mjs';
import { agents, environment_is_there, make_environment } from './python.mjs';
import { get_source, source_folder, source_is_there } from './sources.mjs';
import { side_by_side } from './steps.mjs';
import { node_min, packages, sources } from './versions.mjs';
import { parts_of } from './wishes.mjs';

const packages_of = (part) => (part === 'emscripten' ? packages_of_emscripten() : (packages[part] ?? []));
const missing_packages = (parts) =>
  parts
    .flatMap(packages_of)
    .filter(({ proof }) => !is_there(proof))
    .map(({ name }) => name);
const missing_sources = () => sources.filter((source) => !source_is_there(source));

/** What the other steps stand on: compilers, and what makes a root. */
const debian_packages = (parts) => ({
  title: 'Debian packages',
  is_done: () => missing_packages(parts).length === 0,
  run: () => apt_install(missing_packages(parts)),
});

const steps = {
  npm: {
    title: 'npm packages',
    is_done: node_modules_are_there,
    run: get_node_modules,
  },
  compiler: {
    title: 'sources from the Debian pool',
    is_done: () => missing_sources().length === 0,
    run: async () => {
      for (const source of missing_sources()) await get_source(source);
    },
  },
  emscripten: {
    title: 'Emscripten',
    is_done: () => find_emscripten() !== null,
    run: make_emscripten,
  },
  agents: {
    title: 'Python packages for tests',
    is_done: () => environment_is_there(agents),
    run: () => make_environment(agents),
  },
  'livekit-server': [
    {
      title: "LiveKit's server",
      is_done: () => Boolean(livekit_elsewhere() ?? livekit_program()),
      run: get_livekit_server,
      without: 'the tests with a real one are skipped',
    },
    {
      title: 'npm packages of the LiveKit agent in tests',
      is_done: () => locked_are_there(livekit_agent),
      run: () => get_locked(livekit_agent),
    },
  ],
};

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

async function main() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < node_min[0] || (major === node_min[0] && minor < node_min[1])) {
    throw new SetupFailure(
      `This is node ${process.versions.node}; Shopbell needs node ${node_min.join('.')} or newer.`,
      "Install it (Debian 12's own is 18) and run the command again.",
    );
  }
  const parts = parts_of(process.argv[2]);
  const first = debian_packages(parts);
  const others = parts.flatMap((part) => steps[part] ?? []);
  exit_on_signals();
  if ([first, ...others].some((step) => !step.is_done()))
    await with_lock(join(cache_folder, 'setup.lock'), 'setup', async () => {
      await side_by_side([first]);
      await side_by_side(others);
    });
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
