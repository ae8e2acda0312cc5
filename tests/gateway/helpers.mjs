// What the gateway's tests share: a gateway of one's own, posts, and server-sent events read to their end.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startGateway } from '../../tools/gateway/main.mjs';

export const apiPath = '/api/chatkit/agent';
export const shopOrigin = 'http://localhost:8788';

const generous = {
  port: 0,
  streamPaceMs: 0,
  ipRequestsPerMinute: 10_000,
  sessionTurnsPerHour: 10_000,
  drainMs: 5_000,
};

export function temporaryFolder(t) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'shopbell-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A gateway in this process, with limits out of the way and its data in memory. */
export async function gatewayFor(t, options = {}) {
  const filesDir = options.filesDir ?? temporaryFolder(t);
  const gateway = await startGateway({ ...generous, dataDir: ':memory:', ...options, filesDir });
  t.after(() => gateway.close());
  return gateway;
}

const main = fileURLToPath(new URL('../../tools/gateway/main.mjs', import.meta.url));

/**
 * The gateway as a program of its own, to be ended by signals. `limit` is a `ulimit`, such as `-n 128`.
 * @returns {Promise<{url: string, child: import('node:child_process').ChildProcess, exited: Promise<number|null>, output: () => string}>}
 */
export async function gatewayProgram(t, settings, { limit = '-c 0' } = {}) {
  const program = ['-c', `ulimit ${limit} && exec "$@"`, 'sh', process.execPath, ...process.execArgv, main];
  const child = spawn('sh', program, {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      STREAM_PACE_MS: '0',
      IP_REQUESTS_PER_MINUTE: '10000',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = new Promise((resolve) => child.once('exit', resolve));
  t.after(() => child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'));
  const url = await new Promise((resolve, reject) => {
    const read = (bytes) => {
      output += bytes;
      const line = output.split('\n').find((text) => text.includes('"gateway started"'));
      if (line) resolve(`http://127.0.0.1:${JSON.parse(line).port}`);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void exited.then((code) => reject(new Error(`the gateway ended with ${code}: ${output}`)));
  });
  return { url, child, exited, output: () => output };
}

export const bodyOf = (message, more = {}) => ({ sessionId: 'session-1', message, history: [], ...more });

/** Posts JSON (or raw text) as a shop's page would. */
export function post(gateway, body, { headers = {}, signal } = {}) {
  return fetch(gateway.url + apiPath, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-API-Key': 'demo', Origin: shopOrigin, ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    signal,
  });
}

export async function ask(gateway, message, more) {
  const response = await post(gateway, bodyOf(message, more));
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** @returns {Promise<{id: string, event: string, data: any}[]>} events of a whole stream; comments as {comment} */
export async function eventsOf(response) {
  return parseEvents(await response.text());
}

export function parseEvents(text) {
  return text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      if (block.startsWith(':')) return { comment: block.slice(1).trim() };
      const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
      return { id: fields.id, event: fields.event, data: JSON.parse(fields.data) };
    });
}

export const textOf = (events) =>
  events
    .filter(({ event }) => event === 'delta')
    .map(({ data }) => data.text)
    .join('');

export const stream = (gateway, message, { more, ...options } = {}) =>
  post(gateway, bodyOf(message, more), {
    ...options,
    headers: { Accept: 'text/event-stream', ...options.headers },
  });

/** Bytes on a bare socket, for what fetch would not send. Resolves with what came back. */
export function rawRequest(gateway, { headers = {}, body, method = 'POST', path: target = apiPath }) {
  return new Promise((resolve, reject) => {
    const request = http.request(gateway.url + target, { method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (bytes) => (text += bytes));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `check` gives something truthy. */
export async function until(check, limitMs = 5_000) {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > endMs) throw new Error(`not within ${limitMs} ms: ${check}`);
    await pause(10);
  }
}
