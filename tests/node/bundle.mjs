// Loads TypeScript of the shim into node: bundled by esbuild on the fly, as the build does it for pages.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** @param {string} source code that imports from paths below the checkout, such as './shim/codec' */
export async function import_typescript(source) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: checkout, loader: 'ts' },
    bundle: true,
    format: 'esm',
    target: 'es2020',
    write: false,
    logLevel: 'silent',
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${code}`);
}
