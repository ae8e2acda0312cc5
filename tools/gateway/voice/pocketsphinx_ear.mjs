// Recognition by Debian's pocketsphinx, where the owner installed it with a language model. Loading the model takes about half a second,
// so one process is ready as long as that is not one too many: it has loaded and waits for sound on its standard input; each hears one
// turn and ends. Who asks has taken one of as many places (places.mjs) as there may be processes.
import { silenceLimit } from './speech_error.mjs';
import { startProgram } from './speech_program.mjs';
import { wavHeaderBytes } from './wav.mjs';

const wordsCharactersMax = 4000;

export class PocketsphinxEar {
  present = true;
  name = 'pocketsphinx';
  #ready = null;
  #closed = false;
  #processes = 0;

  /** @param {{command: string, files: {hmm: string, lm: string, dict: string}, timeoutMs: number, processesMax: number}} options */
  constructor(options) {
    this.options = options;
  }

  /** Loads the model, so that the first turn need not wait for it. */
  prepare() {
    if (!this.#closed && this.#processes < this.options.processesMax) this.#ready ??= this.#start();
  }

  /** @param {Uint8Array} wav 16 kHz mono @returns {Promise<string>} the words; empty when there were none */
  async recognise(wav, signal) {
    const limit = silenceLimit(signal, this.options.timeoutMs, 'ear_too_slow');
    const listener = this.#ready ?? this.#start();
    this.#ready = null;
    const { kill } = listener;
    limit.signal.addEventListener('abort', kill, { once: true });
    try {
      limit.signal.throwIfAborted();
      if (!listener.child) throw await listener.ended;
      listener.child.stdin.end(wav.subarray(wavHeaderBytes));
      const failure = await listener.ended;
      limit.signal.throwIfAborted();
      if (failure) throw failure;
      return listener.words();
    } catch (error) {
      throw limit.cause(error);
    } finally {
      kill();
      limit.end();
      limit.signal.removeEventListener('abort', kill);
      // Its place is free for another when it is gone.
      await listener.ended;
      this.prepare();
    }
  }

  #start() {
    const { command, files } = this.options;
    const program = [
      ...[command, '-infile', '/dev/stdin', '-logfn', '/dev/null'],
      ...['-hmm', files.hmm, '-lm', files.lm, '-dict', files.dict],
    ];
    // It opens its input by name, which works with a pipe but not with the socket that node gives a child: `cat` makes one of the other.
    // A process group of their own, so that both can be ended.
    const { child, ended, kill } = startProgram('sh', ['-c', 'cat | "$@"', 'sh', ...program], 'ear', {
      group: true,
    });
    let text = '';
    child?.stdout.setEncoding('utf8').on('data', (piece) => {
      if (text.length < wordsCharactersMax) text += piece;
    });
    this.#processes += 1;
    void ended.then(() => (this.#processes -= 1));
    const listener = {
      child,
      kill,
      ended,
      words: () => text.split('\n').join(' ').replace(/\s+/g, ' ').trim(),
    };
    // One that ends before its turn (killed, out of memory) is not kept; the next turn starts another.
    ended.then(() => {
      if (this.#ready === listener) this.#ready = null;
    });
    // An idle one must not keep the program alive.
    child?.unref();
    child?.stdin.unref();
    child?.stdout.unref();
    return listener;
  }

  close() {
    this.#closed = true;
    this.#ready?.kill();
  }
}
