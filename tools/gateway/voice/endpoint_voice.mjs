// Synthesis by an OpenAI-compatible server: POST /audio/speech. Its bytes are handed on as they come, so where the server streams, the
// first sound does not wait for the last.
import { piecesOf } from '../running/body.mjs';
import { SpeechError, silenceLimit } from './speech_error.mjs';

/** OpenAI's documented rate of response_format "pcm". */
const pcmRateHz = 24_000;

export class EndpointVoice {
  present = true;
  name = 'endpoint';
  bareRateHz = pcmRateHz;

  /** @param {{url: string, apiKey: string, model: string, voice: string, format: 'pcm'|'wav', timeoutMs: number}} options */
  constructor(options) {
    this.options = options;
  }

  /** @returns {AsyncGenerator<Uint8Array>} bytes for a SoundReader */
  async *speak(text, signal) {
    const { url, apiKey, model, voice, format, timeoutMs } = this.options;
    const limit = silenceLimit(signal, timeoutMs, 'voice_silent');
    try {
      const response = await fetch(`${url}/audio/speech`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          ...(apiKey ? { Authorization: `Bearer ${apiKey}` } : {}),
        },
        body: JSON.stringify({ model, voice, input: text, response_format: format }),
        signal: limit.signal,
        redirect: 'error',
      });
      if (!response.ok || !response.body) {
        await response.body?.cancel();
        throw new SpeechError(response.ok ? 'voice_empty' : `voice_status_${response.status}`);
      }
      for await (const bytes of piecesOf(response.body, limit.signal)) {
        limit.heard();
        yield bytes;
      }
    } catch (error) {
      throw limit.cause(asSpeechError(error, signal, 'voice_unreachable'));
    } finally {
      limit.end();
    }
  }

  close() {}
}

/** fetch says "fetch failed" for all that never reached the server. */
export const asSpeechError = (error, signal, code) =>
  error instanceof SpeechError || signal.aborted ? error : new SpeechError(code, { cause: error });
