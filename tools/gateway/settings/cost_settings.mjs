// Settings of what may be spent: rows of the gateway's one table (table.mjs). An address is bounded by the hour and by its share of the
// day, everybody together by the UTC day, a call by itself.

const bound = (name, env, value, help, { min = 0 } = {}) => ({
  ...{ name, env, type: 'integer', default: value, min, max: 1e12 },
  help: min === 0 ? `${help}; 0: no limit` : help,
});

/** @type {import('./table.mjs').Setting[]} */
export const costSettings = [
  bound(
    'dailyTokensMax',
    'DAILY_TOKENS_MAX',
    2_000_000,
    'tokens (estimated or reported) that a model is asked and says in a UTC day; past it every message is 503',
  ),
  bound(
    'dailyRecognitionSecondsMax',
    'DAILY_RECOGNITION_SECONDS_MAX',
    36_000,
    'seconds of speech recognised in a UTC day',
  ),
  bound(
    'dailySpeechSecondsMax',
    'DAILY_SPEECH_SECONDS_MAX',
    36_000,
    'seconds of speech made in a UTC day; the words of calls themselves, such as the greeting, are made once and are free',
  ),
  bound('dailyVoiceTurnsMax', 'DAILY_VOICE_TURNS_MAX', 20_000, 'requests to the recogniser in a UTC day'),
  {
    ...bound(
      'addressDayPercent',
      'ADDRESS_DAY_PERCENT',
      33,
      'what one address may use within 24 hours, in percent of what is left of the day for everybody',
      { min: 1 },
    ),
    max: 100,
  },
  bound(
    'addressModelRequestsPerHour',
    'ADDRESS_MODEL_REQUESTS_PER_HOUR',
    200,
    'requests to the model an hour for one address; a message takes up to five',
  ),
  bound(
    'addressRecognitionSecondsPerHour',
    'ADDRESS_RECOGNITION_SECONDS_PER_HOUR',
    600,
    'seconds of speech recognised an hour for one address',
  ),
  bound(
    'addressSpeechSecondsPerHour',
    'ADDRESS_SPEECH_SECONDS_PER_HOUR',
    600,
    'seconds of speech made an hour for one address',
  ),
  bound(
    'addressVoiceTurnsPerHour',
    'ADDRESS_VOICE_TURNS_PER_HOUR',
    300,
    'requests to the recogniser an hour for one address',
  ),
  bound(
    'addressStoredBytesPerHour',
    'ADDRESS_STORED_BYTES_PER_HOUR',
    25_000_000,
    'bytes of messages and answers stored an hour for one address',
  ),
  bound('answerAttemptsMax', 'ANSWER_ATTEMPTS_MAX', 5, 'attempts at the answer to one message', { min: 1 }),
  bound(
    'dailyLivekitMinutesMax',
    'DAILY_LIVEKIT_MINUTES_MAX',
    6_000,
    'minutes of calls over LiveKit, all of them together, in a UTC day',
  ),
  bound('callsMax', 'CALLS_MAX', 200, 'calls at a time'),
  bound('callsPerAddress', 'CALLS_PER_ADDRESS', 10, 'calls that one address may have at a time'),
  bound(
    'callsPerAddressPerHour',
    'CALLS_PER_ADDRESS_PER_HOUR',
    60,
    'calls that one address may begin an hour',
  ),
  bound('callRecognitionSecondsMax', 'CALL_RECOGNITION_SECONDS_MAX', 300, 'seconds recognised in one call'),
  bound('callSpeechSecondsMax', 'CALL_SPEECH_SECONDS_MAX', 400, 'seconds of speech made for one call'),
  bound('callTurnsMax', 'CALL_TURNS_MAX', 150, 'requests to the recogniser in one call'),
  { ...bound('recognisersMax', 'RECOGNISERS_MAX', 8, 'turns recognised at a time', { min: 1 }), max: 1000 },
];

/** What an address and everybody may spend (costs/spending.mjs), by what it is spent on. */
export const spendingBounds = (config) => ({
  tokens: { day: config.dailyTokensMax },
  model_requests: { hour: config.addressModelRequestsPerHour },
  recognition_s: { hour: config.addressRecognitionSecondsPerHour, day: config.dailyRecognitionSecondsMax },
  speech_s: { hour: config.addressSpeechSecondsPerHour, day: config.dailySpeechSecondsMax },
  voice_turns: { hour: config.addressVoiceTurnsPerHour, day: config.dailyVoiceTurnsMax },
  livekit_calls: { hour: config.callsPerAddressPerHour },
  livekit_s: { day: config.dailyLivekitMinutesMax * 60 },
  stored_bytes: { hour: config.addressStoredBytesPerHour },
});

/** What one call may spend (call_meter.mjs). */
export const callBounds = (config) => ({
  recognition_s: config.callRecognitionSecondsMax,
  speech_s: config.callSpeechSecondsMax,
  voice_turns: config.callTurnsMax,
});
