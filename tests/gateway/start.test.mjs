// `npm start` without its build: both servers come up, say where, and end on SIGTERM; a taken port is one sentence.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import process from 'node:process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { startShop } from '../../web/shop/server.mjs';
import { temporaryFolder, until } from './helpers.mjs';

function startProgram(t, env) {
  const script = fileURLToPath(new URL('../../tools/start.mjs', import.meta.url));
  const folders = { DATA_DIR: temporaryFolder(t), FILES_DIR: temporaryFolder(t) };
  const child = spawn(process.execPath, [...process.execArgv, script, '--no-build'], {
    env: { PATH: process.env.PATH, PORT: '0', SHOP_PORT: '0', ...folders, ...env },
  });
  t.after(() => child.exitCode === null && child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (bytes) => (output += bytes));
  child.stderr.on('data', (bytes) => (output += bytes));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  return { child, exited, output: () => output };
}

test('gateway and shop start on two origins, the page carries the tag, SIGTERM ends with 0', async (t) => {
  const program = startProgram(t, {});
  const [, shop, gateway] = await until(
    () => /Demo shop\s+(http:\S+)[^]*Gateway\s+(http:\S+)/.exec(program.output()),
    20_000,
  );
  assert.notEqual(new URL(shop).port, new URL(gateway).port);
  const page = await (await fetch(shop)).text();
  assert.ok(
    page.includes(`<script src="${gateway}/shopbell.js" crossorigin="anonymous" data-api-url="${gateway}"`),
  );
  assert.equal((await (await fetch(`${gateway}/status`)).json()).status, 'running');
  program.child.kill('SIGTERM');
  assert.equal(await program.exited, 0);
});

test('a port that is taken or no number is one sentence', async (t) => {
  const other = await startShop();
  t.after(() => other.close());
  for (const [env, sentence] of [
    [
      { SHOP_PORT: String(other.port) },
      `Port ${other.port} is taken: stop what runs there or set SHOP_PORT to another\n`,
    ],
    [
      { PORT: String(other.port) },
      `Port ${other.port} is taken: stop what runs there or set PORT to another\n`,
    ],
    [{ SHOP_PORT: 'x' }, 'SHOP_PORT: must be a whole number from 0 to 65535; got "x"\n'],
  ]) {
    const program = startProgram(t, env);
    assert.equal(await program.exited, 1);
    assert.equal(program.output(), sentence);
  }
});
