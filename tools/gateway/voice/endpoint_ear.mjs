// Recognition by an OpenAI-compatible server: POST /audio/transcriptions, multipart, with a WAV of 16 kHz.
import { piecesOf } from '../running/body.mjs';
import { asSpeechError } from './endpoint_voice.mjs';
import { SpeechError, silenceLimit } from './speech_error.mjs';

const answerBytesMax = 65_536;

export class EndpointEar {
  present = true;
  name = 'endpoint';

  /** @param {{url: string, apiKey: string, model: string, language: string, timeoutMs: number}} options */
  constructor(options) {
    this.options = options;
  }

  /** @param {Uint8Array} wav @returns {Promise<string>} the words; empty when there were none */
  async recognise(wav, signal) {
    const { url, apiKey, model, language, timeoutMs } = this.options;
    const form = new FormData();
    form.set('file', new Blob([wav], { type: 'audio/wav' }), 'turn.wav');
    form.set('model', model);
    form.set('response_format', 'json');
    if (language) form.set('language', language);
    const limit = silenceLimit(signal, timeoutMs, 'ear_too_slow');
    try {
      const response = await fetch(`${url}/audio/transcriptions`, {
        method: 'POST',
        headers: apiKey ? { Authorization: `Bearer ${apiKey}` } : {},
        body: form,
        signal: limit.signal,
        redirect: 'error',
      });
      if (!response.ok) {
        await response.body?.cancel();
        throw new SpeechError(`ear_status_${response.status}`);
      }
      return wordsOf(response.body ? await textOf(piecesOf(response.body, limit.signal)) : '');
    } catch (error) {
      throw limit.cause(asSpeechError(error, signal, 'ear_unreachable'));
    } finally {
      limit.end();
    }
  }

  close() {}
}

async function textOf(pieces) {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of pieces) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > answerBytesMax) throw new SpeechError('ear_answer_too_long');
  }
  return text;
}

function wordsOf(text) {
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new SpeechError('ear_not_json');
  }
  if (typeof answer?.text !== 'string') throw new SpeechError('ear_not_json');
  return answer.text.trim();
}
