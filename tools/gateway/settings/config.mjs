// Settings of the gateway: one table gives the defaults, the environment variables, the checks and `--help`.
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { costSettings } from './cost_settings.mjs';
import { voiceSettings } from './voice_settings.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * @typedef {object} Setting
 * @property {string} name option name for startGateway
 * @property {string} env environment variable
 * @property {'integer'|'flag'|'text'|'list'|'url'|'path'} type
 * @property {*} default
 * @property {string} help
 * @property {number} [min]
 * @property {number} [max]
 * @property {string[]} [values]
 * @property {boolean} [secret] never shown
 */

/** @type {Setting[]} */
export const settings = [
  { name: 'host', env: 'HOST', type: 'text', default: '127.0.0.1', help: 'address to listen on' },
  {
    name: 'port',
    env: 'PORT',
    type: 'integer',
    default: 8787,
    min: 0,
    max: 65535,
    help: 'port; 0 takes a free one',
  },
  {
    name: 'dataDir',
    env: 'DATA_DIR',
    type: 'path',
    default: path.join(root, '.data'),
    help: 'folder of the SQLite file; `:memory:` keeps nothing',
  },
  {
    name: 'keepDays',
    env: 'KEEP_DAYS',
    type: 'integer',
    default: 30,
    min: 1,
    max: 36_500,
    help: 'days that messages, answers and leads are kept',
  },
  {
    name: 'storedBytesMax',
    env: 'STORED_BYTES_MAX',
    type: 'integer',
    default: 5_000_000_000,
    min: 0,
    max: 1e15,
    help: 'size of the SQLite file; near it the oldest go before their days are over; 0: no limit',
  },
  {
    name: 'filesDir',
    env: 'FILES_DIR',
    type: 'path',
    default: path.join(root, 'dist/dev'),
    help: 'folder of the widget files that are served at /',
  },
  {
    name: 'shopUrl',
    env: 'SHOP_URL',
    type: 'url',
    default: 'http://localhost:8788',
    help: 'where product pages are; links in answers begin with it',
  },
  {
    name: 'catalogueFile',
    env: 'CATALOGUE_FILE',
    type: 'path',
    default: '',
    help: 'a catalogue in the form of web/shop/catalogue.json; empty: that one',
  },
  {
    name: 'apiKeys',
    env: 'API_KEYS',
    type: 'list',
    default: ['demo'],
    help: 'accepted API keys, separated by commas',
  },
  {
    name: 'localhostNeedsNoKey',
    env: 'LOCALHOST_NEEDS_NO_KEY',
    type: 'flag',
    default: false,
    help: 'a request from a page on localhost passes without a key (the older server did this)',
  },
  {
    name: 'allowedOrigins',
    env: 'ALLOWED_ORIGINS',
    type: 'list',
    default: [],
    help: 'origins of shops that may call the API, such as https://shop.example',
  },
  {
    name: 'allowLocalhost',
    env: 'ALLOW_LOCALHOST',
    type: 'flag',
    default: true,
    help: 'pages on localhost, 127.0.0.1 and [::1] may call too; turn off on a public server',
  },
  {
    name: 'trustProxy',
    env: 'TRUST_PROXY',
    type: 'flag',
    default: false,
    help: 'believe X-Forwarded-For, -Host and -Proto; on behind a proxy of your own, off otherwise',
  },
  {
    name: 'ipRequestsPerMinute',
    env: 'IP_REQUESTS_PER_MINUTE',
    type: 'integer',
    default: 20,
    min: 1,
    max: 1e9,
    help: 'requests a minute from one address',
  },
  {
    name: 'sessionTurnsPerHour',
    env: 'SESSION_TURNS_PER_HOUR',
    type: 'integer',
    default: 50,
    min: 1,
    max: 1e9,
    help: 'messages an hour in one session',
  },
  {
    name: 'turnTokensMax',
    env: 'TURN_TOKENS_MAX',
    type: 'integer',
    default: 4000,
    min: 1,
    max: 1e9,
    help: 'characters / 4 over message and history',
  },
  {
    name: 'bodyBytesMax',
    env: 'BODY_BYTES_MAX',
    type: 'integer',
    default: 262_144,
    min: 1024,
    max: 1e8,
    help: 'largest request body',
  },
  {
    name: 'requestTimeoutMs',
    env: 'REQUEST_TIMEOUT_MS',
    type: 'integer',
    default: 20_000,
    min: 100,
    max: 600_000,
    help: 'time in which a whole request must have arrived',
  },
  {
    name: 'answerDelayMs',
    env: 'ANSWER_DELAY_MS',
    type: 'integer',
    default: 0,
    min: 0,
    max: 600_000,
    help: 'for demos and tests: the assistant waits this long before its first word',
  },
  {
    name: 'streamPaceMs',
    env: 'STREAM_PACE_MS',
    type: 'integer',
    default: 20,
    min: 0,
    max: 60_000,
    help: 'time between two words of a streamed catalogue answer',
  },
  {
    name: 'pingMs',
    env: 'PING_MS',
    type: 'integer',
    default: 15_000,
    min: 10,
    max: 600_000,
    help: 'time between `: ping` comments in a stream',
  },
  {
    name: 'gatewayModules',
    env: 'GATEWAY_MODULES',
    type: 'path',
    default: path.join(root, 'dist/gateway'),
    help: 'folder of the registry module that `npm run build` makes for the WebSockets',
  },
  {
    name: 'connectionsMax',
    env: 'CONNECTIONS_MAX',
    type: 'integer',
    default: 25_000,
    min: 1,
    max: 1e6,
    help: 'connections at a time, WebSockets among them; fewer where the process may not have two files open for each',
  },
  {
    name: 'socketsPerMinute',
    env: 'SOCKETS_PER_MINUTE',
    type: 'integer',
    default: 600,
    min: 1,
    max: 1e9,
    help: 'WebSockets a minute that one address may open; after a restart all pages behind it come back at once',
  },
  {
    name: 'socketsPerAddress',
    env: 'SOCKETS_PER_ADDRESS',
    type: 'integer',
    default: 2_000,
    min: 1,
    max: 1e9,
    help: 'WebSockets that one address may have open at a time; the gateway has room for 20,000',
  },
  {
    name: 'socketBufferBytesMax',
    env: 'SOCKET_BUFFER_BYTES_MAX',
    type: 'integer',
    default: 1_048_576,
    min: 1024,
    max: 1e9,
    help: 'what may wait for a page that does not read, before its WebSocket is closed',
  },
  {
    name: 'heartbeatMs',
    env: 'HEARTBEAT_MS',
    type: 'integer',
    default: 15_000,
    min: 100,
    max: 60_000,
    help: 'time between pings on a WebSocket; 2.5 times that without a frame is its end',
  },
  {
    name: 'callMinutesMax',
    env: 'CALL_MINUTES_MAX',
    type: 'integer',
    default: 60,
    min: 1,
    max: 1440,
    help: 'longest call',
  },
  {
    name: 'drainMs',
    env: 'DRAIN_MS',
    type: 'integer',
    default: 30_000,
    min: 0,
    max: 600_000,
    help: 'on SIGTERM: longest wait for accepted messages to be answered',
  },
  {
    name: 'openaiBaseUrl',
    env: 'OPENAI_BASE_URL',
    type: 'url',
    default: '',
    help: 'an OpenAI-compatible server, such as https://llm.example/v1; empty: the built-in catalogue assistant',
  },
  { name: 'openaiApiKey', env: 'OPENAI_API_KEY', type: 'text', default: '', secret: true, help: 'its key' },
  {
    name: 'openaiModel',
    env: 'OPENAI_MODEL',
    type: 'text',
    default: '',
    help: 'its model; required with OPENAI_BASE_URL',
  },
  {
    name: 'openaiTimeoutMs',
    env: 'OPENAI_TIMEOUT_MS',
    type: 'integer',
    default: 30_000,
    min: 10,
    max: 600_000,
    help: 'longest silence of that server before the answer is given up',
  },
  {
    name: 'openaiAnswerMs',
    env: 'OPENAI_ANSWER_MS',
    type: 'integer',
    default: 120_000,
    min: 10,
    max: 3_600_000,
    help: 'longest time for one whole answer, tools included',
  },
  ...costSettings,
  ...voiceSettings,
  {
    name: 'logLevel',
    env: 'LOG_LEVEL',
    type: 'text',
    default: 'info',
    values: ['debug', 'info', 'warn', 'error', 'silent'],
    help: 'debug, info, warn, error or silent',
  },
];

export class ConfigError extends Error {}

/**
 * @param {Setting} setting
 * @param {*} value from an option (any type) or the environment (text)
 */
function checked(setting, value, label) {
  const fail = (why) => {
    throw new ConfigError(`${label}: ${why}; got ${JSON.stringify(setting.secret ? '…' : value)}`);
  };
  switch (setting.type) {
    case 'integer': {
      const number = typeof value === 'string' && /^\d{1,12}$/.test(value.trim()) ? Number(value) : value;
      if (!Number.isInteger(number) || number < setting.min || number > setting.max)
        fail(`must be a whole number from ${setting.min} to ${setting.max}`);
      return number;
    }
    case 'flag': {
      if (typeof value === 'boolean') return value;
      if (['on', 'true', '1', 'yes'].includes(value)) return true;
      if (['off', 'false', '0', 'no', ''].includes(value)) return false;
      return fail('must be on or off');
    }
    case 'list': {
      const list = typeof value === 'string' ? value.split(',') : value;
      if (!Array.isArray(list) || list.some((item) => typeof item !== 'string'))
        fail('must be texts separated by commas');
      return list.map((item) => item.trim()).filter(Boolean);
    }
    case 'url': {
      if (value === '') return '';
      const ok =
        typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
      if (!ok) fail('must be an http or https address');
      return value.replace(/\/+$/, '');
    }
    default: {
      if (typeof value !== 'string') fail('must be a text');
      if (setting.values && !setting.values.includes(value))
        fail(`must be one of ${setting.values.join(', ')}`);
      return value;
    }
  }
}

/** Settings from `options`, with defaults. Unknown names are refused: a misspelt limit must not pass silently. */
export function makeConfig(options = {}) {
  const config = {};
  for (const setting of settings) {
    const value = options[setting.name];
    config[setting.name] = value === undefined ? setting.default : checked(setting, value, setting.env);
  }
  const known = new Set([
    ...settings.map((setting) => setting.name),
    'recordRequests',
    'logStream',
    'catalogue',
    'makeCallAgents',
  ]);
  const unknown = Object.keys(options).find((name) => !known.has(name));
  if (unknown) throw new ConfigError(`unknown gateway option "${unknown}"`);
  for (const origin of config.allowedOrigins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw new ConfigError(
        `ALLOWED_ORIGINS: must be origins such as https://shop.example; got ${JSON.stringify(origin)}`,
      );
  }
  if (config.apiKeys.length === 0 && !config.localhostNeedsNoKey)
    throw new ConfigError('API_KEYS: give at least one key');
  if (config.openaiBaseUrl && !config.openaiModel)
    throw new ConfigError('OPENAI_MODEL: required with OPENAI_BASE_URL');
  return config;
}

/** The options that an environment sets. An empty variable counts as not set. */
export function optionsFromEnvironment(env) {
  const options = {};
  for (const setting of settings) {
    const value = env[setting.env];
    if (value !== undefined && value !== '') options[setting.name] = value;
  }
  return options;
}

export function helpText() {
  const lines = settings.map((setting) => {
    const value = Array.isArray(setting.default) ? setting.default.join(',') : setting.default;
    const shown = setting.type === 'flag' ? (value ? 'on' : 'off') : String(value).replace(root, '');
    return `  ${setting.env.padEnd(24)}${setting.help}${shown === '' ? '' : ` [${shown}]`}`;
  });
  return `Usage: node tools/gateway/main.mjs [--help]\n\nSettings (environment variables) and their defaults:\n${lines.join('\n')}\n`;
}
