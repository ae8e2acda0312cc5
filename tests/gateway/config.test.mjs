// Settings: checked, explained, and refused with a sentence.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { startGateway } from '../../tools/gateway/main.mjs';
import { makeConfig, optionsFromEnvironment } from '../../tools/gateway/settings/config.mjs';
import { settings } from '../../tools/gateway/settings/table.mjs';
import { gatewayFor, temporaryFolder } from './helpers.mjs';

test('wrong settings are refused with their name and what is allowed', () => {
  const cases = [
    [{ port: 'abc' }, /PORT: must be a whole number from 0 to 65535; got "abc"/],
    [{ port: 65_536 }, /PORT/],
    [{ ipRequestsPerMinute: 0 }, /IP_REQUESTS_PER_MINUTE/],
    [{ allowLocalhost: 'maybe' }, /ALLOW_LOCALHOST: must be on or off/],
    [{ allowedOrigins: 'shop.example' }, /ALLOWED_ORIGINS/],
    [{ allowedOrigins: 'https://shop.example/' }, /ALLOWED_ORIGINS/],
    [{ apiKeys: ' , ' }, /API_KEYS/],
    [{ shopUrl: 'shop' }, /SHOP_URL/],
    [{ logLevel: 'loud' }, /LOG_LEVEL: must be one of/],
    [{ openaiBaseUrl: 'http://localhost:1/v1' }, /OPENAI_MODEL/],
    [{ answerDelay: 5 }, /unknown gateway option "answerDelay"/],
  ];
  for (const [options, message] of cases) assert.throws(() => makeConfig(options), message);
});

test('the environment sets what options set', () => {
  const options = optionsFromEnvironment({
    PORT: '9000',
    API_KEYS: 'a, b',
    ALLOW_LOCALHOST: 'off',
    ANSWER_DELAY_MS: '1500',
    HOST: '',
  });
  const config = makeConfig(options);
  assert.deepEqual(
    [config.port, config.apiKeys, config.allowLocalhost, config.answerDelayMs, config.host],
    [9000, ['a', 'b'], false, 1500, '127.0.0.1'],
  );
});

const run = (env, ...args) =>
  new Promise((resolve) => {
    const main = fileURLToPath(new URL('../../tools/gateway/main.mjs', import.meta.url));
    execFile(
      process.execPath,
      [...process.execArgv, main, ...args],
      { env: { PATH: process.env.PATH, ...env } },
      (error, stdout, stderr) => resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });

test('--help and the README name every setting', async () => {
  const { code, stdout } = await run({}, '--help');
  const readme = readFileSync(new URL('../../tools/gateway/README.md', import.meta.url), 'utf8');
  assert.equal(code, 0);
  for (const { env } of settings) {
    assert.ok(stdout.includes(env), env);
    assert.ok(readme.includes(`\`${env}\``), env);
  }
});

test('a wrong setting or a taken port is one sentence on stderr', async (t) => {
  const wrong = await run({ PORT: 'x' });
  assert.deepEqual(
    [wrong.code, wrong.stderr],
    [1, 'PORT: must be a whole number from 0 to 65535; got "x"\n'],
  );
  const gateway = await gatewayFor(t);
  const taken = await run({
    PORT: String(gateway.port),
    DATA_DIR: temporaryFolder(t),
    FILES_DIR: temporaryFolder(t),
    LOG_LEVEL: 'silent',
  });
  assert.deepEqual(
    [taken.code, taken.stderr],
    [1, `Port ${gateway.port} is taken: stop what runs there or set PORT to another\n`],
  );
  await assert.rejects(
    startGateway({ port: gateway.port, dataDir: ':memory:', filesDir: temporaryFolder(t) }),
    /is taken/,
  );
});
