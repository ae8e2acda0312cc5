// CONTRIBUTING.md's example of a back end compiles. With SHOPBELL_LONG=1 (minutes) it is shown that it is all one needs: put into a scratch
// copy, its folder and one line of backends.def, it builds, and a page converses with a server of it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkout } from '../../tools/lib/paths.mjs';
import { make_scratch } from '../faults/scratch.mjs';
import { browser_missing } from '../rig/browsers/browser.mjs';
import { stage_of } from '../rig/suite.mjs';

const contributing = readFileSync(join(checkout, 'CONTRIBUTING.md'), 'utf8');
const line = /^ {4}(BACKEND\(.*\))$/m.exec(contributing)?.[1];
const source = /^```cpp\n(.*?)^```$/ms.exec(contributing)?.[1];

const long = process.env.SHOPBELL_LONG === '1';
const missing = long ? await browser_missing() : undefined;

async function start_server(stage) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'content-type' };
    let body = '';
    for await (const piece of request) body += piece;
    if (request.method !== 'POST') return response.writeHead(204, headers).end();
    asked.push(JSON.parse(body).question);
    response.writeHead(200, { ...headers, 'content-type': 'application/json' });
    response.end(JSON.stringify({ answer: `You asked: **${asked.at(-1)}**` }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  stage.defer(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${server.address().port}`, asked };
}

/** The page's test runs in the copy, with the copy's build and rig. */
function converse(folder, url) {
  const child = spawn(process.execPath, ['tests/agents/example_page.mjs', url], {
    cwd: folder,
    stdio: 'pipe',
  });
  return new Promise((resolve) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += piece));
    child.on('close', (code) => resolve({ code, output }));
  });
}

test('the example of CONTRIBUTING.md compiles', () => {
  assert.ok(line && source, 'CONTRIBUTING.md has the example');
  assert.ok(source.split('\n').length <= 65, 'about sixty lines');
  const options = ['-std=c++20', '-fno-exceptions', '-fno-rtti', '-Wall', '-Wextra', '-Werror', '-Iwasm'];
  const { status, stderr } = spawnSync('c++', [...options, '-fsyntax-only', '-x', 'c++', '-'], {
    ...{ cwd: checkout, input: source, encoding: 'utf8' },
  });
  assert.equal(status, 0, stderr);
});

async function build_and_converse(t) {
  const stage = stage_of(t);
  const scratch = make_scratch(checkout);
  stage.defer(scratch.remove);
  mkdirSync(join(scratch.folder, 'wasm/backends/ask'));
  writeFileSync(join(scratch.folder, 'wasm/backends/ask/ask.cpp'), source);
  appendFileSync(join(scratch.folder, 'wasm/backends/backends.def'), `${line}\n`);
  const built = scratch.build('all');
  assert.equal(built.code, 0, built.output.slice(-2_000));

  const server = await start_server(stage);
  const { code, output } = await converse(scratch.folder, server.url);
  assert.equal(code, 0, output);
  assert.deepEqual(server.asked, ['lamps?']);
  assert.match(output, /^answer: You asked: lamps\?$/m);
}

if (long) test('it builds and converses', missing ? { skip: missing } : {}, build_and_converse);
