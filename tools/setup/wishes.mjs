// What each command needs of a machine, so that none waits for what it does not use. A part has packages of its own (versions.mjs), a step
// of its own (main.mjs), or both.
import { SetupFailure } from './failure.mjs';
import { packages } from './versions.mjs';

/** Compiles the widget, and has what the gateway runs on. */
const to_build = ['compiler', 'emscripten', 'npm'];

const wishes = {
  start: [...to_build, 'speech'],
  build: to_build,
  check: to_build,
  release: to_build,
  bench: [...to_build, 'speech', 'chromium', 'proxy'],
  simulate: ['compiler'],
  fuzz: ['compiler', 'fuzz', 'npm'],
  everything: [...new Set([...to_build, ...Object.keys(packages), 'livekit-server'])],
};

/** @returns {string[]} */
export function parts_of(wish = 'everything') {
  if (!Object.hasOwn(wishes, wish))
    throw new SetupFailure(
      `Setup knows no wish "${wish}".`,
      `There are: ${Object.keys(wishes).join(', ')}; without one it is everything.`,
    );
  return wishes[wish];
}
