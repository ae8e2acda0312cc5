// A speech program: one process with its input and its output.
//
// Where no process can be made (descriptors, memory or processes have run out), node gives a child without pipes and without a pid, whose
// own `kill` is then kill(0): the gateway's whole process group. So nothing but this file ends a program.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { SpeechError } from './speech_error.mjs';

/**
 * @typedef {object} SpeechProgram
 * @property {import('node:child_process').ChildProcess|null} child null: it was not started, and `ended` says why
 * @property {Promise<SpeechError|null>} ended how it ended; null: well. It never rejects.
 * @property {() => void} kill ends it at once, if it runs
 */

/**
 * @param {string} who the error codes' first word
 * @param {{group?: boolean}} [options] group: a process group of its own, and all of that is ended
 * @returns {SpeechProgram}
 */
export function startProgram(command, programArguments, who, { group = false } = {}) {
  const notStarted = (cause) => new SpeechError(`${who}_not_started`, { cause });
  let child;
  try {
    child = spawn(command, programArguments, { stdio: ['pipe', 'pipe', 'ignore'], detached: group });
  } catch (error) {
    return { child: null, ended: Promise.resolve(notStarted(error)), kill() {} };
  }
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(notStarted(error)));
    child.once('close', (code) =>
      resolve(code === 0 ? null : new SpeechError(`${who}_exit_${code ?? 'killed'}`)),
    );
  });
  const { pid } = child;
  if (pid === undefined) return { child: null, ended, kill() {} };
  child.stdin.on('error', () => {}); // it ended before it read: its exit code says why
  const kill = () => {
    try {
      if (child.exitCode === null && child.signalCode === null) process.kill(group ? -pid : pid, 'SIGKILL');
    } catch {
      // It ended by itself in this moment.
    }
  };
  return { child, ended, kill };
}
