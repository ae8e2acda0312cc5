// Every example of the CommonMark specification: our nodes' text equals the text of the expected HTML.
//
// Both sides are reduced to the texts of their blocks, in order. Images count as their alternative text, a line
// break as "\n". Hosts shown behind links are our addition and left out.
//
// Raw HTML is text here, on purpose (nothing in this project makes HTML from an agent's words). The examples that
// contain it are listed in commonmark_raw_html.json, by number, with the texts they must show. Those were made by
// the module and compared once, all equal, with markdown-it 14.1.0 (preset `commonmark`, `html: false`), which is an
// implementation of its own. A listed example whose text equals the specification's anyway fails: it is listed wrongly.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import commonmark from 'commonmark-spec';
import { loadParser } from './markdown_list.mjs';

const BLOCK_TAGS = new Set('blockquote ul ol li p pre h1 h2 h3 h4 h5 h6 hr'.split(' '));
const INLINE_KINDS = new Set(
  'text host link link_away line_break code emphasis strong strikethrough'.split(' '),
);
const CHARACTERS = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"' };

const parse = loadParser();
const rawHtml = JSON.parse(readFileSync(new URL('commonmark_raw_html.json', import.meta.url), 'utf8'));

const decoded = (text) => text.replace(/&(?:lt|gt|amp|quot);/g, (name) => CHARACTERS[name]);

/** The texts of the blocks of HTML as the specification writes it (so: not for HTML in general). */
export function blocksOfHtml(html) {
  const blocks = [''];
  let afterBlockTag = true;
  for (const token of html.match(/<[^>]*>|[^<]+/g) ?? []) {
    const name = /^<\/?([a-z0-9]+)/i.exec(token)?.[1];
    const isBlock = BLOCK_TAGS.has(name);
    if (name === 'img') {
      blocks[blocks.length - 1] += decoded(/ alt="([^"]*)"/.exec(token)?.[1] ?? '');
    } else if (isBlock) {
      blocks.push('');
    } else if (!token.startsWith('<')) {
      // Next to a block's tag, a newline is the writer's formatting.
      blocks[blocks.length - 1] += decoded(afterBlockTag ? token.replace(/^\n/, '') : token);
    }
    afterBlockTag = isBlock;
  }
  return blocks;
}

/** Removes the newline that the specification's HTML writes before a block's tag; code keeps its own. */
function trimmed(html) {
  return html.replace(/\n(?=<\/?(?:blockquote|ul|ol|li|p|pre|h[1-6]|hr)\b)/g, '').replace(/\n$/, '');
}

export function blocksOfNodes(nodes) {
  const blocks = [''];
  const visit = (node) => {
    const isBlock = !INLINE_KINDS.has(node.kind);
    if (isBlock) blocks.push('');
    if (node.kind === 'text') blocks[blocks.length - 1] += node.string;
    if (node.kind === 'line_break') blocks[blocks.length - 1] += '\n';
    node.children.forEach(visit);
    if (isBlock) blocks.push('');
  };
  nodes.forEach(visit);
  return blocks.filter((text) => text !== '');
}

const expectedBlocks = (html) => blocksOfHtml(trimmed(html)).filter((text) => text !== '');

// The specification writes tabs as arrows.
const markdownOf = (example) => example.markdown.replaceAll('→', '\t');
const htmlOf = (example) => example.html.replaceAll('→', '\t');

test(`text of all ${commonmark.tests.length} CommonMark examples`, () => {
  assert.equal(commonmark.tests.length, 652);
  for (const example of commonmark.tests) {
    const got = blocksOfNodes(parse(markdownOf(example)));
    const inHtml = expectedBlocks(htmlOf(example));
    const listed = rawHtml[example.number];
    assert.deepEqual(got, listed ?? inHtml, `example ${example.number} (${example.section})`);
    if (listed) assert.notDeepEqual(got, inHtml, `example ${example.number} is listed without need`);
  }
});

test('the module as plain JavaScript gives the same nodes', async () => {
  const { default: plain } = await import('../../dist/dev/markdown-plain.js');
  const parse_plain = loadParser(plain({}));
  for (const example of commonmark.tests) {
    const markdown = markdownOf(example);
    assert.deepEqual(parse_plain(markdown), parse(markdown), `example ${example.number}`);
  }
});
