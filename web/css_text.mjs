// esbuild plugin: a .css file imported from TypeScript becomes its own minified text, for the shadow root's style sheets.
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';

export const css_text = {
  name: 'css_text',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const { code } = await transform(source, { loader: 'css', minify: true, target: 'safari15.4' });
      return { contents: code.trim().replaceAll(/(?<=[:,]) /g, ''), loader: 'text', watchFiles: [path] };
    });
  },
};
