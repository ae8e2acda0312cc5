// The frames of the two voice gateways that pages meet, as objects. `web` takes every sound for an utterance and ends it by the clock;
// `web2` waits for a wake word. One of both serves a page, never both.
import { wav_bytes } from '../sound/wav.mjs';

const timestamp = () => new Date().toISOString();

/** @param {import('../sound/wav.mjs').Sound | null} sound */
const spoken = (sound) => ({
  audio: sound && wav_bytes(sound).toString('base64'),
  audio_format: sound && 'wav',
});

/** Python's limit of a message where nobody sets one. */
const library_bytes_max = 1 << 20;

export const dialects = {
  web: {
    limits: { message_bytes_max: library_bytes_max, ping_every_ms: 20_000, ping_timeout_ms: 20_000 },
    connected: ({ session_id }) => ({
      type: 'connected',
      session_id,
      message: 'Connected to HAL web voice gateway',
    }),
    wake_word_detected: () => ({ type: 'wake_word_detected', message: 'Listening...' }),
    /** @param {'text' | 'sound' | 'heard'} stage  what is worked on; there is no frame for sound */
    processing: (stage) => (stage === 'text' ? { type: 'processing' } : null),
    response: ({ text, intent, confidence }, sound) => ({
      type: 'response',
      text,
      intent,
      confidence,
      ...spoken(sound),
    }),
    not_heard: () => 'Transcription failed',
    unknown_type: (type) => ({ type: 'error', message: `Unknown type: ${type ?? 'None'}` }),
    exchanges_told: 10,
  },
  web2: {
    limits: { message_bytes_max: 10_000_000, ping_every_ms: 20_000, ping_timeout_ms: 10_000 },
    connected: ({ session_id, wake_word_detection }) => ({
      type: 'connected',
      session_id,
      state: 'passive_listening',
      wake_word_detection,
    }),
    wake_word_detected: () => ({ type: 'wake_word_detected', timestamp: timestamp() }),
    processing: (stage) => ({
      type: 'processing',
      message: stage === 'sound' ? 'Transcribing...' : 'Processing...',
    }),
    response: ({ text, intent }, sound) => ({
      type: 'response',
      text,
      intent,
      ...spoken(sound),
      timestamp: timestamp(),
    }),
    not_heard: (error) => (error ? `Transcription error: ${error.message}` : 'No speech detected'),
    unknown_type: () => null,
    exchanges_told: 5,
  },
};
