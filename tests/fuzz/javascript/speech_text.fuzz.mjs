// An answer on its way to the voice: its sentences are all of it, in order, however the model cut it, and what is said of each has no marks
// of Markdown's links left and takes no time worth speaking of.
import assert from 'node:assert/strict';
import { SentenceSplitter } from '../../../tools/gateway/voice/sentences.mjs';
import { speakable } from '../../../tools/gateway/voice/speakable.mjs';

export const seeds = [
  'The **Tarn Lite** costs S$199.50, e.g. in black. [See it](https://shop.example/p/1)! Is that all?\n\n1. One\n2. Two',
  '# Title\n> quote\n- a 64GB one\n- 5 × 3, 10–20 %\n\n| a | b |\n|---|---|\n| 1 | 2 |\n```js\ncode\n```\n',
  'Write to help@shop.example.com or +65 1234 5678 … “quoted.” Then *emphasis_of_words* & more 🙂 '.repeat(6),
  '你好。这是一个句子！Ünïcödé? <b>html</b> ![picture](x.png) https://a.example/b_(c).',
];

const sentences_of = (text, step) => {
  const splitter = new SentenceSplitter();
  const sentences = [];
  for (let at = 0; at < text.length; at += step) sentences.push(...splitter.push(text.slice(at, at + step)));
  return [...sentences, ...splitter.finish()];
};

export function one(bytes) {
  const text = bytes.toString('utf8');
  let spoken = 0;
  for (const step of [1 + (bytes.length % 13), Math.max(1, text.length)]) {
    let at = 0;
    for (const { text: words, start, end } of sentences_of(text, step)) {
      assert.ok(start >= at && end > start && end <= text.length);
      assert.equal(text.slice(start, end), words);
      assert.equal(text.slice(at, start).trim(), '', 'what lies between two sentences is blank');
      at = end;
      const said = speakable(words);
      assert.ok(said === '' || /[\p{L}\p{N}]/u.test(said));
      assert.equal(speakable(words), said);
      spoken += said !== '' ? 1 : 0;
    }
    assert.equal(text.slice(at).trim(), '', 'nothing is left over');
  }
  return `${Math.min(spoken, 20)}`;
}
