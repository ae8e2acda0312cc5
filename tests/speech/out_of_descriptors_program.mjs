// A program of its own, for no_descriptors.test.mjs: it uses up its descriptors, asks voice and recogniser for something, frees them and asks
// once more. What the two said goes to its standard output as one line of JSON.
import fs from 'node:fs';
import { EspeakVoice } from '../../tools/gateway/voice/espeak_voice.mjs';
import { PocketsphinxEar } from '../../tools/gateway/voice/pocketsphinx_ear.mjs';

const signal = new AbortController().signal;
const voice = new EspeakVoice({ command: 'cat', voice: 'en', wordsPerMinute: 165, timeoutMs: 5_000 });
// `cat` in place of espeak-ng fails by its arguments, `true` in place of pocketsphinx hears nothing: whether they start is what counts.
const ear = new PocketsphinxEar({
  command: 'true',
  files: { hmm: '-', lm: '-', dict: '-' },
  timeoutMs: 5_000,
  processesMax: 1,
});
const codeOf = (promise) =>
  promise.then(
    () => 'well',
    (error) => error.code,
  );
const both = async () => [
  await codeOf(
    (async () => {
      for await (const _piece of voice.speak('Hello', signal));
    })(),
  ),
  await codeOf(ear.recognise(new Uint8Array(1_000), signal)),
];

const held = [];
for (;;) {
  try {
    held.push(fs.openSync('/dev/null'));
  } catch (error) {
    if (error.code !== 'EMFILE') throw error;
    break;
  }
}
const without = await both();
for (const descriptor of held) fs.closeSync(descriptor);
const again = await both();
ear.close();
fs.writeSync(1, `${JSON.stringify({ without, again })}\n`);
