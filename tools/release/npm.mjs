// The npm package of a version, ready for `npm publish` in the version's folder npm/. Its types are those of the code itself.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { checkout } from '../lib/paths.mjs';

const entry = 'web/package.ts';

const relative_import = /((?:from|import\()\s*['"])(\.[^'"]+)(['"])/g;

/**
 * @returns {Map<string, string>} declaration files by their path in the checkout, without what the package does not reach. They name each
 * other in full (`./api.js`), as Node's own resolution wants it and every other takes it.
 */
function declarations() {
  const { config } = ts.readConfigFile(join(checkout, 'tsconfig.json'), (file) => readFileSync(file, 'utf8'));
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, checkout);
  const emitted = new Map();
  const program = ts.createProgram([join(checkout, entry), join(checkout, 'web/css.d.ts')], {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    allowImportingTsExtensions: false,
    rootDir: checkout,
    outDir: checkout,
  });
  program.emit(undefined, (file, text) => emitted.set(relative(checkout, file), text));
  const reached = new Map();
  const reach = (file) => {
    const text = emitted.get(file);
    if (text === undefined || reached.has(file)) return;
    reached.set(file, text.replace(relative_import, '$1$2.js$3'));
    for (const [, , from] of text.matchAll(relative_import)) reach(`${join(file, '..', from)}.d.ts`);
  };
  reach(entry.replace('.ts', '.d.ts'));
  return reached;
}

const is_semver = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/** @returns {Map<string, Buffer>} by path in the version's folder */
export function npm_files(version) {
  const types = `./types/${entry.replace('.ts', '.d.ts')}`;
  const description = {
    name: 'shopbell',
    version: is_semver.test(version) ? version : `0.0.0-${version.replaceAll('_', '-')}`,
    description: 'Puts the Shopbell chat on a page. Does nothing on a server.',
    license: 'Apache-2.0',
    type: 'module',
    sideEffects: false,
    exports: { '.': { types, default: './index.js' } },
    types,
    files: ['index.js', 'types', 'LICENSE', 'README.md'],
  };
  const readme = `# Shopbell ${version}

    import { init } from 'shopbell';
    const chat = init({ site: 'https://chat.example', apiKey: 'your-key' });
    chat.open();

\`site\` is where the versions are served (\`npm run promote\`). With \`follow: 'moving'\` the server's channel says which version runs; otherwise it
is ${version}, checked by its hash. \`nonce\` is that of the page's Content-Security-Policy; one with Trusted Types needs
\`trusted-types shopbell shopbell-npm\`. All other options are the tag's, in camel case.
`;
  return new Map(
    [
      ['npm/package.json', `${JSON.stringify(description, null, 2)}\n`],
      ['npm/README.md', readme],
      ['npm/LICENSE', readFileSync(join(checkout, 'LICENSE'), 'utf8')],
      ...[...declarations()].map(([file, text]) => [`npm/types/${file}`, text]),
    ].map(([path, text]) => [path, Buffer.from(text)]),
  );
}
