// Synthesis by Debian's espeak-ng: one process a sentence, which writes a WAV to its standard output as it speaks.
import { silenceLimit } from './speech_error.mjs';
import { startProgram } from './speech_program.mjs';

/** Processes at once over all calls; each is short (tens of ms) and uses a core fully. */
const processesMax = 4;

export class EspeakVoice {
  present = true;
  name = 'espeak-ng';
  bareRateHz = 22_050;
  #running = 0;
  #waiting = [];

  /** @param {{command: string, voice: string, wordsPerMinute: number, timeoutMs: number}} options */
  constructor(options) {
    this.options = options;
  }

  /** @returns {AsyncGenerator<Uint8Array>} bytes for a SoundReader */
  async *speak(text, signal) {
    const { command, voice, wordsPerMinute, timeoutMs } = this.options;
    await this.#turn(signal);
    const limit = silenceLimit(signal, timeoutMs, 'voice_silent');
    // The text goes in by the input, not as an argument: there a leading dash would be an option, and `ps` would show it.
    const { child, ended, kill } = startProgram(
      command,
      ['-v', voice, '-s', String(wordsPerMinute), '--stdout', '--stdin'],
      'voice',
    );
    limit.signal.addEventListener('abort', kill, { once: true });
    try {
      limit.signal.throwIfAborted();
      if (!child) throw await ended;
      child.stdin.end(text);
      for await (const bytes of child.stdout) {
        limit.heard();
        yield bytes;
      }
      const failure = await ended;
      limit.signal.throwIfAborted();
      if (failure) throw failure;
    } catch (error) {
      throw limit.cause(error);
    } finally {
      kill();
      limit.end();
      limit.signal.removeEventListener('abort', kill);
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Waits for a free place among the processes. */
  async #turn(signal) {
    while (this.#running >= processesMax) {
      await new Promise((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener('abort', resolve, { once: true });
      });
      signal.throwIfAborted();
    }
    this.#running += 1;
  }

  close() {}
}
