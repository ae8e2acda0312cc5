// The settings of one gateway: from options or the environment, each checked by its row of the table.
import { root, settings } from './table.mjs';

export class ConfigError extends Error {}

/**
 * @param {import('./table.mjs').Setting} setting
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
      const { protocols = ['http:', 'https:'] } = setting;
      const ok =
        typeof value === 'string' && URL.canParse(value) && protocols.includes(new URL(value).protocol);
      if (!ok) fail(`must be an address with ${protocols.map((one) => `${one}//`).join(' or ')}`);
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
  if (config.agentKey && (config.agentKey.length < 16 || config.apiKeys.includes(config.agentKey)))
    throw new ConfigError(
      'AGENT_KEY: must have at least 16 characters and be none of API_KEYS, which anybody can read',
    );
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
