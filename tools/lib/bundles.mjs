// The scripts that a page loads, bundled and made small.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuildFailure } from './cmake.mjs';
import { checkout, dist_folder } from './paths.mjs';

/** What the bundler makes: each file's entry. Worker and worklets are self-contained. */
export const bundles = {
  'shopbell.js': { entry: 'web/tag/loader.ts', format: 'iife' },
  'app.js': { entry: 'web/app.ts', format: 'esm' },
  'tools.js': { entry: 'web/tools.ts', format: 'esm' },
  'voice.js': { entry: 'web/voice.ts', format: 'esm' },
  'livekit.js': { entry: 'shim/rooms/client.ts', format: 'esm' },
  'voice-worker.js': { entry: 'shim/voice/worker.ts', format: 'esm' },
  'voice-capture.js': { entry: 'shim/voice/capture.ts', format: 'esm' },
  'voice-playback.js': { entry: 'shim/voice/playback.ts', format: 'esm' },
  'voice-worklet.js': { entry: 'shim/voice/worklet.ts', format: 'esm' },
};

/** @returns {Promise<{code: Buffer, map: Buffer}>} `name` is the file's own in dist/dev, and the map's is beside it */
export async function bundle_one(esbuild, name, { entry, format }, plugins = []) {
  const { css_text } = await import('../../web/css_text.mjs');
  const outfile = join(dist_folder, name);
  try {
    const { outputFiles } = await esbuild.build({
      plugins: [css_text, ...plugins],
      inject: [join(checkout, 'shim/natives.ts')],
      bundle: true,
      minify: true,
      sourcemap: true,
      target: 'es2021',
      legalComments: 'none',
      logLevel: 'silent',
      absWorkingDir: checkout,
      entryPoints: [entry],
      outfile,
      format,
      write: false,
    });
    const contents = (path) => Buffer.from(outputFiles.find((file) => file.path === path).contents);
    const bundled = { code: contents(outfile), map: contents(`${outfile}.map`) };
    // A second minifier takes three in a hundred off.
    return await minified_again(format, bundled);
  } catch (error) {
    const messages = await esbuild.formatMessages(error.errors ?? [], { kind: 'error' });
    throw new BuildFailure(`bundling ${entry} failed`, messages.join('\n') || String(error));
  }
}

async function minified_again(format, { code, map }) {
  const { minify } = await import('terser');
  const smaller = await minify(code.toString().replace(/\n\/\/# sourceMappingURL=.*\n$/, ''), {
    ecma: 2021,
    module: format === 'esm',
    toplevel: true,
    compress: { passes: 4 },
    // The map lies beside; no file spends bytes on naming it.
    sourceMap: { content: map.toString() },
  });
  return { code: Buffer.from(smaller.code), map: Buffer.from(smaller.map) };
}

/** Into dist/dev. */
export async function bundle_all(esbuild) {
  for (const [name, bundle] of Object.entries(bundles)) {
    const { code, map } = await bundle_one(esbuild, name, bundle);
    writeFileSync(join(dist_folder, name), code);
    writeFileSync(join(dist_folder, `${name}.map`), map);
  }
}
