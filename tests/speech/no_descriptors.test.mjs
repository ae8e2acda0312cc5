// A gateway that has no descriptors left: a voice or a recogniser that cannot be started is one sentence in one call, and nothing dies of it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import process from 'node:process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('out_of_descriptors_program.mjs', import.meta.url));

test('without descriptors neither voice nor recogniser starts, the process lives, and with descriptors they start again', async (t) => {
  // A process group of its own: the fault that this looks for ends a whole one.
  const child = spawn('sh', ['-c', 'ulimit -n 64 && exec "$@"', 'sh', process.execPath, program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (bytes) => (output += bytes));
  child.stderr.on('data', (bytes) => (output += bytes));
  const ended = await new Promise((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  );
  assert.equal(ended, 0, output);
  assert.deepEqual(JSON.parse(output), {
    without: ['voice_not_started', 'ear_not_started'],
    again: ['voice_exit_1', 'well'],
  });
});
