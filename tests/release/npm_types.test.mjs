// The npm package's types, as a shop's own compiler reads them: each way of resolving finds them, and they refuse what is wrong.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { npm_files } from '../../tools/release/npm.mjs';

const shop = `
import { init, type Handle, type PageNews } from 'shopbell';

const chat: Handle = init({ site: 'https://chat.example', apiKey: 'your-key', idempotency: true });
const off: () => void = chat.on('reply', ({ text }: PageNews) => console.log(text.trim()));
chat.open();
off();
// @ts-expect-error
chat.opne();
// @ts-expect-error
chat.on('replied', () => {});
// @ts-expect-error
chat.send(5);
// @ts-expect-error
init({ apiKey: 'your-key' });
// @ts-expect-error
init({ site: 'https://chat.example', apiKye: 'your-key' });
`;

const resolutions = {
  nodenext: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
};

test('the npm package is typed under nodenext and under bundler', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-types-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [path, bytes] of npm_files('1.2.0')) {
    const file = join(folder, path.replace(/^npm\//, 'node_modules/shopbell/'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(join(folder, 'shop.ts'), shop);
  for (const [name, resolution] of Object.entries(resolutions)) {
    const program = ts.createProgram([join(folder, 'shop.ts')], {
      ...resolution,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      types: [],
      strict: true,
      noEmit: true,
    });
    const complaints = ts.getPreEmitDiagnostics(program).map(({ code, file, messageText }) => {
      const words = ts.flattenDiagnosticMessageText(messageText, ' ');
      return `${file?.fileName.slice(folder.length)}: TS${code} ${words}`;
    });
    assert.deepEqual(complaints, [], name);
  }
});
