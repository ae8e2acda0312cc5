// Starts a helper program (sound server, display, driver) that must not outlive its test, however the test ends: a shell holds
// the program and reads a pipe of ours; when the pipe closes, which the kernel does even after SIGKILL, the program is ended.
import { spawn } from 'node:child_process';

// What waits to kill it holds no pipe of ours: who ended at its first word has ended.
const leash_script = `
exec 3<&0
"$@" </dev/null 3<&- & held=$!
( trap 'exit 0' TERM; while read -r _ <&3; do :; done; kill -TERM $held; sleep 3; kill -KILL $held ) >/dev/null 2>&1 & leash=$!
wait $held; code=$?
kill $leash 2>/dev/null
exit $code`;

/**
 * @param {string[]} command
 * @param {{env?: object, cwd?: string, output_chars_max?: number}} options  of the output the end is kept
 */
export function start_on_leash(command, { env = {}, cwd, output_chars_max = 20_000 } = {}) {
  const child = spawn('/bin/sh', ['-c', leash_script, 'leash', ...command], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => (output = (output + text).slice(-output_chars_max)));
  child.stdin.on('error', () => {});
  let missing;
  child.once('error', (error) => (missing = error));
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  return {
    output: () => output,
    ended,
    running: () => !missing && child.exitCode === null && child.signalCode === null,
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
