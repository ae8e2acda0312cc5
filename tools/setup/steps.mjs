// Runs steps that do not need one another side by side: one downloads while another compiles. Each looks first whether it is done.
import { SetupFailure } from './failure.mjs';
import { elapsed, say } from './progress.mjs';

/**
 * @typedef {object} Step
 * @property {string} title
 * @property {() => boolean} is_done
 * @property {() => Promise<void>} run
 * @property {string} [without] what is not done on a machine that cannot have it; a step that says so does not end setup
 */

/** @param {Step} step */
async function take({ title, is_done, run, without }) {
  if (is_done()) return say(`${title}: there`);
  say(`${title}: begins (${elapsed()})`);
  try {
    await run();
  } catch (error) {
    if (!without || !(error instanceof SetupFailure)) throw error;
    return say(`${title}: MISSING, so ${without}: ${error.message}`);
  }
  if (!is_done())
    throw new SetupFailure(
      `Step "${title}" ended, but what it should bring is not there.`,
      'Run `npm run setup` again; if it stays so, report it with the output above.',
    );
  say(`${title}: done (${elapsed()})`);
}

/** @param {Step[]} steps The first failure is thrown at once; the program's end then ends what runs beside. */
export const side_by_side = (steps) => Promise.all(steps.map(take));
