// Runs other programs: with their output shown, logged, or collected.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cache_folder, checkout } from './paths.mjs';

/** ccache lives in our cache, and a fresh clone elsewhere hits what this one compiled. */
export const build_environment = (folder = checkout) => ({
  ...process.env,
  CCACHE_DIR: process.env.CCACHE_DIR ?? join(cache_folder, 'ccache'),
  CCACHE_BASEDIR: folder,
  CCACHE_NOHASHDIR: '1',
  CCACHE_COMPILERCHECK: 'content',
  CCACHE_MAXSIZE: process.env.CCACHE_MAXSIZE ?? '1G',
});

/**
 * Runs a program to its end. Never rejects: a program that cannot be started ends with code 127.
 * @param {string[]} command
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, log?: string, on_line?: (line: string) => void, timeout_ms?: number}} [options]
 * @returns {Promise<{code: number, stdout: string, output: string}>} output is stdout and stderr as they came
 */
export function run(command, options = {}) {
  const { cwd = checkout, env = process.env, log, on_line, timeout_ms } = options;
  let log_stream;
  if (log) {
    mkdirSync(dirname(log), { recursive: true });
    log_stream = createWriteStream(log);
  }
  return new Promise((done) => {
    // A group of its own, so that a timeout ends the grandchildren too.
    const child = spawn(command[0], command.slice(1), {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const end_group = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        /* it ended by itself */
      }
    };
    const on_exit = () => end_group('SIGTERM');
    process.on('exit', on_exit);
    let stdout = '';
    let output = '';
    let rest = '';
    const take = (chunk, is_stdout) => {
      if (is_stdout) stdout += chunk;
      output += chunk;
      log_stream?.write(chunk);
      if (!on_line) return;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) on_line(line);
    };
    child.stdout.setEncoding('utf8').on('data', (chunk) => take(chunk, true));
    child.stderr.setEncoding('utf8').on('data', (chunk) => take(chunk, false));
    let timer;
    if (timeout_ms) {
      timer = setTimeout(() => {
        take(`\nended after ${timeout_ms / 1000} s without finishing\n`, false);
        end_group('SIGKILL');
      }, timeout_ms);
    }
    const finish = (code) => {
      clearTimeout(timer);
      process.off('exit', on_exit);
      const answer = { code, stdout, output };
      if (log_stream) log_stream.end(() => done(answer));
      else done(answer);
    };
    child.on('error', (error) => {
      take(`${command[0]}: ${error.message}\n`, false);
      finish(127);
    });
    child.on('close', (code) => finish(code ?? 1));
  });
}

/** Ctrl-C and a plain kill end what was started too (through the 'exit' handlers above). */
export function exit_on_signals() {
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ]) {
    process.on(signal, () => process.exit(128 + number));
  }
}
