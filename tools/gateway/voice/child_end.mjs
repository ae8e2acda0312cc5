// How a speech program ended.
import { SpeechError } from './speech_error.mjs';

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} who the error codes' first word
 * @returns {Promise<SpeechError | null>} null: well. It never rejects.
 */
export const failureOf = (child, who) =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(new SpeechError(`${who}_not_started`, { cause: error })));
    child.once('close', (code) =>
      resolve(code === 0 ? null : new SpeechError(`${who}_exit_${code ?? 'killed'}`)),
    );
  });
