// Which voice speaks and which ear listens, from the settings and from what is installed. An address that was set for voice is taken at
// its word. OPENAI_BASE_URL is only a guess: many servers of chat models have no audio, and where one says so (404, 405, 501) the
// installed programs take over for good.
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { EndpointEar } from './endpoint_ear.mjs';
import { EndpointVoice } from './endpoint_voice.mjs';
import { EspeakVoice } from './espeak_voice.mjs';
import { PocketsphinxEar } from './pocketsphinx_ear.mjs';
import { SpeechError } from './speech_error.mjs';

const hasNoAudio = (error) => /_status_(?:404|405|501)$/.test(error?.code ?? '');

/** @returns {{voice: object|null, ear: object|null}} null where there is none; one that may turn out to be none has `present` */
export function makeSpeech(config, log) {
  const espeak = espeakOf(config);
  const pocketsphinx = pocketsphinxOf(config);
  const guess = config.openaiBaseUrl;
  const voiceAt = (url, apiKey) =>
    new EndpointVoice({
      url,
      apiKey,
      model: config.ttsModel,
      voice: config.ttsVoice,
      format: config.ttsFormat,
      timeoutMs: config.ttsTimeoutMs,
    });
  const earAt = (url, apiKey) =>
    new EndpointEar({
      url,
      apiKey,
      model: config.sttModel,
      language: config.sttLanguage,
      timeoutMs: config.sttTimeoutMs,
    });
  // A key is only sent to the server that it was given for.
  const key = (url, own) => own || (url === guess ? config.openaiApiKey : '');
  const { ttsBaseUrl, sttBaseUrl } = config;
  const voice = ttsBaseUrl
    ? voiceAt(ttsBaseUrl, key(ttsBaseUrl, config.ttsApiKey))
    : guess
      ? new GuessedVoice(voiceAt(guess, key(guess, config.ttsApiKey)), espeak, log)
      : espeak;
  const ear = sttBaseUrl
    ? earAt(sttBaseUrl, key(sttBaseUrl, config.sttApiKey))
    : guess
      ? new GuessedEar(earAt(guess, key(guess, config.sttApiKey)), pocketsphinx, log)
      : pocketsphinx;
  return { voice, ear };
}

/** A server that may have audio or not, and what is installed (null: nothing) where it turns out that it has none. */
class Guessed {
  constructor(endpoint, installed, log) {
    Object.assign(this, { current: endpoint, installed, log });
  }

  get name() {
    return this.current?.name ?? 'none';
  }

  /** False when there is nothing to speak or to listen with. */
  get present() {
    return this.current !== null;
  }

  /** After a failure: takes what is installed if the server has no audio, else throws the failure again. */
  fallBack(error) {
    if (!hasNoAudio(error) || this.current === this.installed) throw error;
    this.current = this.installed;
    this.log.info({ instead: this.name }, 'the chat server has no audio');
    if (!this.present) throw new SpeechError('nothing_installed');
  }

  close() {
    this.installed?.close();
  }
}

class GuessedVoice extends Guessed {
  get bareRateHz() {
    return this.current?.bareRateHz;
  }

  async *speak(text, signal) {
    if (!this.present) throw new SpeechError('nothing_installed');
    try {
      yield* this.current.speak(text, signal);
    } catch (error) {
      this.fallBack(error);
      yield* this.current.speak(text, signal);
    }
  }
}

class GuessedEar extends Guessed {
  prepare() {
    this.current?.prepare?.();
  }

  async recognise(wav, signal) {
    if (!this.present) throw new SpeechError('nothing_installed');
    try {
      return await this.current.recognise(wav, signal);
    } catch (error) {
      this.fallBack(error);
      return this.current.recognise(wav, signal);
    }
  }
}

function espeakOf(config) {
  if (!isInstalled(config.espeakCommand)) return null;
  return new EspeakVoice({
    command: config.espeakCommand,
    voice: config.espeakVoice,
    wordsPerMinute: config.espeakWordsPerMinute,
    timeoutMs: config.ttsTimeoutMs,
  });
}

function pocketsphinxOf(config) {
  const folder = config.pocketsphinxModel;
  const language = path.basename(folder);
  const files = {
    hmm: path.join(folder, language),
    lm: path.join(folder, `${language}.lm.bin`),
    dict: path.join(folder, `cmudict-${language}.dict`),
  };
  if (!isInstalled(config.pocketsphinxCommand) || !Object.values(files).every(existsSync)) return null;
  return new PocketsphinxEar({
    command: config.pocketsphinxCommand,
    files,
    timeoutMs: config.sttTimeoutMs,
    processesMax: config.recognisersMax,
  });
}

function isInstalled(command) {
  if (command === '-') return false;
  const places = command.includes('/')
    ? [command]
    : (process.env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, command));
  return places.some((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
