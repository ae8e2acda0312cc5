// The compilers that a release is made with. Others would give other bytes, so they are refused.
import { run } from '../lib/run.mjs';
import { read_toolchain } from '../lib/paths.mjs';
import { Refusal } from './refusal.mjs';

/** Debian 13's. A change here is a change of every module's bytes: a release of its own. */
export const pinned = { emscripten: '3.1.69', binaryen: '120' };

async function version_of(command, pattern) {
  const { output } = await run([command, '--version']);
  return pattern.exec(output)?.[1] ?? `unknown (${command} --version says: ${output.trim().slice(0, 200)})`;
}

/** @returns {Promise<{emscripten: string, binaryen: string}>} */
export async function check_toolchain() {
  const { emcc, wasm2js } = read_toolchain().emscripten;
  const found = {
    emscripten: await version_of(emcc, /\) (\d+\.\d+\.\d+)/),
    binaryen: await version_of(wasm2js, /version (\d+)/),
  };
  for (const [name, wanted] of Object.entries(pinned))
    if (found[name] !== wanted)
      throw new Refusal(
        `A release is made with ${name} ${wanted}; here is ${found[name]}.`,
        `Install Debian 13's emscripten, or take the other emcc off PATH and run \`npm run setup\`: on an older Debian it makes a Debian 13 root.`,
      );
  return found;
}
