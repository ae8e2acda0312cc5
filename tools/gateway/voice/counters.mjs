// What voice has done and cost since start: flat numbers for /status and /metrics. Seconds of sound and calls to speech servers are what
// a shop pays for.

export class Counters {
  calls_opened = 0;
  calls_open = 0;
  calls_parked = 0;
  audio_in_s = 0;
  audio_out_s = 0;
  stt_requests = 0;
  stt_failed = 0;
  stt_empty = 0;
  stt_audio_s = 0;
  tts_requests = 0;
  tts_failed = 0;
  tts_characters = 0;
  tts_audio_s = 0;
  answers = 0;
  answers_failed = 0;
  interruptions = 0;
  packets_lost = 0;
  packets_bad = 0;
  illegal_events = 0;

  snapshot() {
    return Object.fromEntries(
      Object.entries(this).map(([name, value]) => [name, Math.round(value * 1000) / 1000]),
    );
  }
}
