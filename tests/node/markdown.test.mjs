// web/markdown.ts with the built module: what it makes, what it keeps while a text grows, and what it does when there is
// no WebAssembly. The document here is a few dozen lines that record elements; a browser shows the real thing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import test from 'node:test';
import { loadParser, wasmUrl } from './markdown_list.mjs';
import { import_typescript } from './bundle.mjs';

class FakeNode {
  childNodes = [];
  get lastChild() {
    return this.childNodes.at(-1);
  }
  get firstElementChild() {
    return this.childNodes.find((child) => child instanceof FakeElement) ?? null;
  }
  get lastElementChild() {
    return this.childNodes.findLast((child) => child instanceof FakeElement) ?? null;
  }
  get textContent() {
    return this.childNodes.map((child) => (typeof child === 'string' ? child : child.textContent)).join('');
  }
  appendChild(node) {
    this.childNodes.push(node);
    return node;
  }
  removeChild(node) {
    this.childNodes.splice(this.childNodes.indexOf(node), 1);
  }
  append(...nodes) {
    this.childNodes.push(...nodes);
  }
}

class FakeElement extends FakeNode {
  attributes = {};
  style = {};
  dataset = {};
  constructor(tag) {
    super();
    this.tag = tag;
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  /** A link's, as browsers read it. */
  get host() {
    return new URL(this.attributes.href).host;
  }
  toString() {
    const attributes = Object.entries(this.attributes).map(([name, value]) => ` ${name}=${value}`);
    return `<${this.tag}${attributes.join('')}>${this.childNodes.join('')}</${this.tag}>`;
  }
}

globalThis.document = { createElement: (tag) => new FakeElement(tag) };
globalThis.location = { origin: 'https://shop.example' };

const { load_markdown, compile } = await import_typescript(
  "export * from './web/markdown'; export { compile } from './shim/fetch';",
);
const wasm = readFileSync(wasmUrl);
const fail = (error) => assert.fail(error);
const render = await load_markdown(WebAssembly.compile(wasm), fail);
const drawn = (text) => {
  const parent = new FakeNode();
  render(parent, text);
  return parent.childNodes.join('');
};

test('elements', () => {
  assert.equal(
    drawn('# A\n\nb *c* `d`  \ne\n\n---'),
    '<h1>A</h1><p>b <em>c</em> <code>d</code><br></br>e</p><hr></hr>',
  );
  assert.equal(
    drawn('3. a\n4. **b** ~~c~~'),
    '<ol start=3><li>a</li><li><strong>b</strong> <del>c</del></li></ol>',
  );
  assert.equal(drawn('- a\n\n  > b'), '<ul><li><p>a</p><blockquote><p>b</p></blockquote></li></ul>');
  assert.equal(drawn('```js\na\n```'), '<pre><code>a\n</code></pre>');
  assert.equal(
    drawn('|a|b|\n|-|-:|\n|c|d|'),
    '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c</td><td>d</td></tr></tbody></table>',
  );
  assert.equal(drawn('<b onclick=x>&lt;</b>'), '<p><b onclick=x><</b></p>');
});

test('what is no attribute in HTML', () => {
  const parent = new FakeNode();
  render(parent, '```js\na\n```\n\n|a|b|\n|-|-:|');
  const [pre, table] = parent.childNodes;
  assert.equal(pre.dataset.language, 'js');
  assert.equal(pre.tabIndex, 0);
  assert.equal(table.tabIndex, 0);
  const [a, b] = table.childNodes[0].childNodes[0].childNodes;
  assert.deepEqual([a.style.textAlign, b.style.textAlign], [undefined, 'right']);
});

test('links: own ones in the same tab, others in a new one with their host', () => {
  assert.equal(drawn('[a](/b)'), '<p><a href=https://shop.example/b>a</a></p>');
  assert.equal(
    drawn('[a](https://shop.example@evil.example)'),
    '<p><a href=https://shop.example@evil.example target=_blank rel=noopener noreferrer nofollow>a</a>' +
      '<small class=host dir=ltr> (evil.example)</small></p>',
  );
  // Letters that look like others show, and so does a port that is none.
  assert.match(drawn('[a](https://sh\u043ep.example)'), / \(xn--shp-ted\.example\)/);
  assert.match(drawn('[a](https://shop.example:0)'), / \(shop\.example:0\)/);
  assert.equal(drawn('[a](javascript:b) ![c](data:d)'), '<p>a c</p>');
  assert.equal(drawn('tel [a](tel:+1)'), '<p>tel <a href=tel:+1>a</a></p>');
});

test('a growing text keeps the blocks that did not change', () => {
  const parent = new FakeNode();
  const blocks = ['# Title', 'One *two*', '- a\n- b', '```\ncode\n```', '| a |\n|---|\n| b |', 'The end'];
  const whole = blocks.join('\n\n');
  let before = [];
  for (let length = 0; length <= whole.length; length += 1) {
    render(parent, whole.slice(0, length));
    const finished = whole.slice(0, length).split('\n\n').length - 2;
    for (let i = 0; i < finished; i += 1)
      assert.equal(parent.childNodes[i], before[i], `block ${i} at ${length}`);
    assert.equal(parent.childNodes.join(''), drawn(whole.slice(0, length)));
    before = [...parent.childNodes];
  }
  assert.equal(before.length, blocks.length);
  render(parent, whole);
  assert.deepEqual(parent.childNodes, before);
});

test('a text may shrink, change at the front, or find its nodes gone', () => {
  const parent = new FakeNode();
  for (const text of ['a\n\nb\n\nc', 'a', 'x\n\nb', '', 'a\n\nb']) {
    render(parent, text);
    assert.equal(parent.childNodes.join(''), drawn(text));
  }
  parent.childNodes = [new FakeElement('i')];
  render(parent, 'a\n\nb');
  assert.equal(parent.childNodes.join(''), '<p>a</p><p>b</p>');
});

test('past a limit a text stands as it was written', () => {
  for (const text of [
    `${'> '.repeat(80)}*a*\nb`,
    `*a*${'b'.repeat(300_000)}`,
    `*${'\u00E4'.repeat(140_000)}*`,
  ]) {
    const parent = new FakeNode();
    render(parent, text);
    assert.equal(parent.childNodes.length, 1);
    assert.equal(parent.childNodes[0].tag, 'span');
    assert.equal(parent.childNodes[0].style.whiteSpace, 'pre-wrap');
    assert.equal(parent.textContent, text);
    render(parent, '*a*');
    assert.equal(parent.childNodes.join(''), '<p><em>a</em></p>');
  }
});

test('odd characters', () => {
  assert.equal(drawn('\uFEFFa\0b\uD800c \u{1F600}'), '<p>\uFEFFa\uFFFDb\uFFFDc \u{1F600}</p>');
  assert.equal(drawn('a\n\n\uFEFFb'), '<p>a</p><p>\uFEFFb</p>');
});

test('without the module: one report, no renderer', async () => {
  const cases = [
    () => WebAssembly.compile(new Uint8Array([0, 1, 2])),
    () => WebAssembly.compile(new Uint8Array(wasm).slice(0, 1000)),
    () => compile('http://127.0.0.1:1/none.wasm'),
  ];
  for (const loading of cases) {
    const reports = [];
    assert.equal(await load_markdown(loading(), (error) => reports.push(error)), undefined);
    assert.equal(reports.length, 1);
    assert.ok(reports[0] instanceof Error);
  }
});

test('over HTTP: streamed, with the wrong type, and not there', async (t) => {
  const server = createServer((request, response) => {
    const [, status, type] = request.url.split('/').map(decodeURIComponent);
    response.writeHead(Number(status), { 'content-type': type }).end(wasm);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const at = (status, type) =>
    `http://127.0.0.1:${server.address().port}/${status}/${encodeURIComponent(type)}`;
  for (const type of [
    'application/wasm',
    'Application/WASM',
    'application/wasm; charset=utf-8',
    'text/html',
  ]) {
    const parent = new FakeNode();
    (await load_markdown(compile(at(200, type)), fail))(parent, '*a*');
    assert.equal(parent.childNodes.join(''), '<p><em>a</em></p>', type);
  }
  const reports = [];
  assert.equal(
    await load_markdown(compile(at(503, 'application/wasm')), (error) => reports.push(error)),
    undefined,
  );
  assert.match(reports[0].message, /answered 503/);
});

test('a trap is reported once; texts are plain from then on', async () => {
  // A module with the same exports whose parse traps: (func (export "parse") unreachable).
  const exports = [
    ['_initialize', 0],
    ['input', 1],
    ['parse', 2],
    ['output', 3],
  ];
  const name = (text) => [text.length, ...Buffer.from(text)];
  const section = (id, bytes) => [id, bytes.length, ...bytes];
  const bytes = new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [
      4,
      ...[0x60, 0, 0],
      ...[0x60, 1, 0x7f, 1, 0x7f],
      ...[0x60, 2, 0x7f, 0x7f, 1, 0x7f],
      ...[0x60, 0, 1, 0x7f],
    ]),
    ...section(3, [4, 0, 1, 2, 3]),
    ...section(5, [1, 0, 1]),
    ...section(7, [
      5,
      ...exports.flatMap(([text, index]) => [...name(text), 0, index]),
      ...name('memory'),
      2,
      0,
    ]),
    ...section(10, [
      4,
      ...[2, 0, 0x0b],
      ...[4, 0, 0x41, 8, 0x0b],
      ...[3, 0, 0, 0x0b],
      ...[4, 0, 0x41, 8, 0x0b],
    ]),
  ]);
  const reports = [];
  const broken = await load_markdown(WebAssembly.compile(bytes), (error) => reports.push(error));
  const parent = new FakeNode();
  for (const text of ['*a*', '*b*\nc']) {
    broken(parent, text);
    assert.equal(parent.childNodes.join(''), `<span>${text}</span>`);
  }
  assert.equal(reports.length, 1);
  assert.ok(reports[0] instanceof WebAssembly.RuntimeError);
});

test('the module imports nothing and exports its face', () => {
  const module = new WebAssembly.Module(wasm);
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  const names = WebAssembly.Module.exports(module).map((each) => each.name);
  for (const name of ['memory', '_initialize', 'input', 'parse', 'output'])
    assert.ok(names.includes(name), name);
});

test('many long and hostile texts in one instance: no trap, memory stays bounded', () => {
  const parse = loadParser();
  const parts = [
    '*',
    '[',
    '![',
    '> ',
    '- ',
    '`',
    '<',
    '&',
    '|a\n|-\n',
    '[a]: b\n',
    '[a](',
    '**a ',
    'https://a.b ',
    '_*',
  ];
  for (const part of parts) parse(part.repeat(Math.floor((128 * 1024) / part.length)));
  assert.throws(() => parse('a'.repeat(400_000)), RangeError);
  assert.equal(parse('a')[0].kind, 'paragraph');
});
