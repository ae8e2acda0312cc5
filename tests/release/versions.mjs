// Versions to release, as `npm run release` makes them, but that each script leaves a word on the page when it runs: which version it is of.
// That is how a test sees a page which runs files of two.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { version_files } from '../../tools/release/release.mjs';

const toolchain = { emscripten: 'as built', binaryen: 'as built' };

/** The switch as it was before there were shares. */
const switch_before_shares = {
  name: 'switch_before_shares',
  setup(build) {
    build.onLoad({ filter: /[\\/]web[\\/]tag[\\/]switch\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const choice = 'canary && (await is_within(canary.share)) ? canary.version : version';
      if (!text.includes(choice)) throw new Error(`${path} chooses in another way now`);
      return { contents: text.replace(choice, 'version'), loader: 'ts' };
    });
  },
};

/**
 * @param {{compressed?: boolean, before_shares?: boolean}} options `before_shares`: its moving tag gives none
 * @returns {Promise<void>} writes `folder/version`
 */
export async function make_version(version, folder, { compressed = false, before_shares = false } = {}) {
  const esbuild = await import('esbuild');
  const marking = {
    ...esbuild,
    build: (options) =>
      esbuild.build({
        ...options,
        plugins: [...(options.plugins ?? []), ...(before_shares ? [switch_before_shares] : [])],
        banner: {
          js: `(globalThis.shopbell_ran??=[]).push(${JSON.stringify(`${version} ${options.entryPoints[0]}`)});`,
        },
      }),
  };
  for (const [path, bytes] of await version_files(marking, version, toolchain, {
    compressed,
    package_files: [],
  })) {
    mkdirSync(dirname(join(folder, version, path)), { recursive: true });
    writeFileSync(join(folder, version, path), bytes);
    if (path === 'manifest.json' && before_shares) {
      const manifest = { ...JSON.parse(bytes), shares: undefined };
      writeFileSync(join(folder, version, path), JSON.stringify(manifest));
    }
  }
}

/** What runs before it is settled which version does: the tag, the switch, and of a version what fetches and checks its files. */
const of_the_tag = /web\/tag\/(moving_tag|old_tag|switch|successor)\.ts$/;

/** What ran on the page besides the tag: `{versions, scripts}`. */
export const ran = async (page) => {
  const all = await page.evaluate(() => globalThis.shopbell_ran ?? []);
  const scripts = all.filter((line) => !of_the_tag.test(line));
  return { scripts, versions: [...new Set(scripts.map((line) => line.split(' ')[0]))] };
};
