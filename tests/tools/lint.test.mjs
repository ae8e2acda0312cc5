// The lint rules that guard the page: each is given what it must refuse.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { before, test } from 'node:test';
import { ESLint } from 'eslint';

const checkout = fileURLToPath(new URL('../../', import.meta.url));
let eslint;
before(() => {
  eslint = new ESLint({ cwd: checkout });
});

async function rules_broken(code, file) {
  const [{ messages }] = await eslint.lintText(code, { filePath: checkout + file });
  assert.ok(!messages.some(({ fatal }) => fatal), `not parsed: ${code}`);
  return messages.map(({ ruleId }) => ruleId);
}

// Written apart, so that this file passes the rules itself.
const inner = 'inner' + 'HTML';
const outer = 'outer' + 'HTML';
const adjacent = 'insertAdjacent' + 'HTML';

const sinks = {
  'innerHTML set': `document.body.${inner} = 'x';`,
  'innerHTML by name': `document.body['${inner}'] = 'x';`,
  'innerHTML by assign': `Object.assign(document.body, { ${inner}: 'x' });`,
  'outerHTML set': `document.body.${outer} = 'x';`,
  'insertAdjacentHTML called': `document.body.${adjacent}('beforeend', 'x');`,
  'document.write': `document.write('x');`,
  'document.writeln': `document.writeln('x');`,
};

for (const [name, code] of Object.entries(sinks)) {
  test(`no HTML sink: ${name}`, async () => {
    for (const file of ['shim/x.ts', 'web/view/x.ts', 'tools/x.mjs', 'web/shop/x.js']) {
      assert.deepEqual(await rules_broken(code, file), ['no-restricted-syntax'], file);
    }
  });
}

test('no evaluated code', async () => {
  for (const file of ['shim/x.ts', 'web/x.ts', 'tools/x.mjs']) {
    assert.deepEqual(await rules_broken("eval('1');", file), ['no-eval']);
    assert.deepEqual(await rules_broken("new Function('return 1')();", file), ['no-new-func']);
    assert.deepEqual(await rules_broken("setTimeout('go()', 1);", file), ['no-implied-eval']);
  }
});

test("the page's JSON is not used in what a page loads, and is in tools", async () => {
  for (const file of ['shim/x.ts', 'web/x.ts']) {
    assert.deepEqual(await rules_broken('export const x = JSON.parse("1");', file), [
      'no-restricted-globals',
    ]);
    assert.deepEqual(await rules_broken('export const x = window.JSON.parse("1");', file), [
      'no-restricted-syntax',
    ]);
  }
  assert.deepEqual(await rules_broken('export const x = JSON.parse("1");', 'tools/x.mjs'), []);
});

test('the widget names no tag, and a tag names the widget', async () => {
  for (const [code, file] of [
    ["import './tag/moving';", 'web/x.ts'],
    ["export type * from '../tag/switch';", 'web/view/x.ts'],
    ["export * from '../web/tag/tag';", 'shim/x.ts'],
  ])
    assert.deepEqual(await rules_broken(code, file), ['no-restricted-imports'], file);
  assert.deepEqual(await rules_broken("import '../widget';", 'web/tag/x.ts'), []);
});

test('plain code passes', async () => {
  assert.deepEqual(await rules_broken("document.body.textContent = 'x';", 'shim/x.ts'), []);
});
