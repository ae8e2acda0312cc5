// From an answer's text to what a voice is given: sentences as they become complete, and Markdown made speakable.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sentenceCharactersMax, SentenceSplitter } from '../../tools/gateway/voice/sentences.mjs';
import { speakable } from '../../tools/gateway/voice/speakable.mjs';
import { SoundReader, wavHeader } from '../../tools/gateway/voice/wav.mjs';
import { Utterance } from '../../tools/gateway/voice/utterance.mjs';

/** The sentences of a text that comes in pieces of `size`. */
function split(text, size = 1) {
  const splitter = new SentenceSplitter();
  const sentences = [];
  for (let at = 0; at < text.length; at += size) sentences.push(...splitter.push(text.slice(at, at + size)));
  return [...sentences, ...splitter.finish()];
}

const trimmed = (sentences) => sentences.map(({ text }) => text.trim());

const splits = [
  ['Hello. How are you? Fine!', ['Hello.', 'How are you?', 'Fine!']],
  ['It costs S$1.50 today. Good.', ['It costs S$1.50 today.', 'Good.']],
  ['Use a cable, e.g. the short one. Yes.', ['Use a cable, e.g. the short one.', 'Yes.']],
  ['1. First thing\n2. Second thing', ['1. First thing', '2. Second thing']],
  ['“Really?” he said. (No.) Yes', ['“Really?”', 'he said.', '(No.)', 'Yes']],
  [
    'See [our page. Really](http://a.b/c.d e) now. End',
    ['See [our page. Really](http://a.b/c.d e) now.', 'End'],
  ],
  ['Wait... what?! Oh', ['Wait...', 'what?!', 'Oh']],
  ['**Bold.** Then', ['**Bold.**', 'Then']],
  ['no end', ['no end']],
  ['\n\n  \n', []],
  ['Dr. Smith and Mr. X went. Home', ['Dr. Smith and Mr. X went.', 'Home']],
];

test('sentences end where they end, however the text is cut', () => {
  for (const [text, wanted] of splits)
    for (const size of [1, 2, 3, 7, text.length])
      assert.deepEqual(trimmed(split(text, size)), wanted, `${JSON.stringify(text)} by ${size}`);
});

test('a sentence comes out as soon as the next one begins, with its place in the text', () => {
  const splitter = new SentenceSplitter();
  assert.deepEqual(splitter.push('One. '), [{ text: 'One. ', start: 0, end: 5 }]);
  assert.deepEqual(splitter.push('Two'), []);
  assert.deepEqual(splitter.finish(), [{ text: 'Two', start: 5, end: 8 }]);
  for (const [text] of splits) {
    const sentences = split(text, 3);
    for (const { text: piece, start, end } of sentences) assert.equal(text.slice(start, end), piece);
    for (let n = 1; n < sentences.length; n += 1) assert.ok(sentences[n].start >= sentences[n - 1].end);
  }
});

test('a text without an end is cut, at a comma where there is one', () => {
  const text = `${'word '.repeat(40)}and then, ${'more '.repeat(60)}`;
  const sentences = split(text, 11);
  assert.ok(sentences.every(({ text: piece }) => piece.length <= sentenceCharactersMax + 1));
  assert.ok(sentences[0].text.endsWith('and then, '));
  assert.equal(sentences.map(({ text: piece }) => piece).join(''), text);
  assert.equal(split('x'.repeat(2000), 100).length, Math.ceil(2000 / sentenceCharactersMax));
});

const spoken = [
  ['**Ovio N9** costs S$1,479.', 'Ovio N9 costs 1479 Singapore dollars.'],
  ['It is $5.50 or €1 or £20.00.', 'It is 5 dollars 50 or 1 euro or 20 pounds.'],
  ['See [View Product](http://shop.example/p/x).', 'See View Product.'],
  ['Look at https://shop.example/a_b?c=d.', 'Look at the link.'],
  ['- *Hale* 256GB, 60Hz', 'Hale 256 gigabytes, 60 hertz'],
  ['1. **Tarn Lite 64GB Black** — S$199', '1: Tarn Lite 64 gigabytes Black, 199 Singapore dollars'],
  ['## Opening hours', 'Opening hours'],
  ['| a | b |', 'a, b'],
  ['|---|---|', ''],
  ['---', ''],
  ['👍', ''],
  ['Thanks 👍!', 'Thanks!'],
  ['`code` and ~~gone~~', 'code and gone'],
  ['Monday to Friday: 11:00 to 20:00', 'Monday to Friday: 11:00 to 20:00'],
  ['open 11–20', 'open 11 to 20'],
  ['Write to help@shop.example.', 'Write to help at shop dot example.'],
  ['![picture](x.png)', 'picture'],
  ['10% off & more', '10 percent off and more'],
  ['snake_case stays 2*3', 'snake case stays 2 3'],
];

test('Markdown, links, prices and units are made speakable', () => {
  for (const [markdown, words] of spoken) assert.equal(speakable(markdown), words);
});

test('odd texts neither throw nor take long', () => {
  const odd = [
    '*'.repeat(20_000),
    '['.repeat(20_000),
    '|'.repeat(20_000),
    '- '.repeat(10_000),
    ' '.repeat(50_000),
  ];
  const startMs = performance.now();
  for (const text of [...odd, '\u0000\ud800', '](http://', 'S$', '1'.repeat(9999)]) {
    speakable(text.slice(0, 2000));
    split(text, 1000);
  }
  assert.ok(performance.now() - startMs < 2000, `${performance.now() - startMs} ms`);
});

test('a WAV is read in any pieces; sizes that are not known are not believed', () => {
  const samples = Buffer.from(Int16Array.from({ length: 1000 }, (_, n) => n - 500).buffer);
  for (const size of [2000, 0xffffffff, 0x7ffff000, 0]) {
    const wav = Buffer.concat([wavHeader(22_050, 2000), samples]);
    wav.writeUInt32LE(size, 40);
    for (const step of [1, 3, 44, 45, 5000]) {
      const reader = new SoundReader(24_000);
      const out = [];
      for (let at = 0; at < wav.length; at += step) {
        const piece = reader.push(wav.subarray(at, at + step));
        if (piece) out.push(Buffer.from(piece));
      }
      assert.equal(reader.rateHz, 22_050);
      assert.deepEqual(Buffer.concat(out), samples);
    }
  }
  const bare = new SoundReader(24_000);
  assert.equal(bare.push(samples).length, samples.length);
  assert.equal(bare.rateHz, 24_000);
  for (const bad of ['{"error": "no voice"}', 'ID3 and so on....', `RIFF....WAVEjunk${'\xff'.repeat(60)}`])
    assert.throws(() => new SoundReader(24_000).push(Buffer.from(bad, 'latin1')), { name: 'Error' }, bad);
});

test('an interrupted utterance knows what was heard of it, to the word', () => {
  const utterance = new Utterance(0);
  utterance.write('One two three four. Five six seven eight.');
  utterance.finish();
  const [first, second] = [20, 41];
  Object.assign(utterance, { packets: Array.from({ length: 100 }), made48k: 96_000, soundIsComplete: true });
  utterance.spoken.push(
    { text: '', start: 0, end: first, from48k: 0, to48k: 48_000 },
    { text: '', start: first, end: second, from48k: 48_000, to48k: 96_000 },
  );
  const heardAt = (heard48k) => Object.assign(utterance, { heard48k }).heardText();
  assert.equal(heardAt(0), '');
  assert.equal(heardAt(1000), '');
  assert.equal(heardAt(24_000), 'One two');
  assert.equal(heardAt(48_000), 'One two three four.');
  assert.equal(heardAt(75_000), 'One two three four. Five six');
  assert.equal(heardAt(96_000), utterance.text);
});
