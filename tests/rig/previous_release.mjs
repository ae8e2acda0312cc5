// The release before this one, for tests in which old and new meet.
import { older_checkout, older_checkout_missing } from '../../tools/lib/older_checkout.mjs';

/** The commit of the last release; before the first one, of a version with text and calls. */
const commit = 'cfff886ca6ab413b76ce65949273a7c2c5885c51';

/** Why it cannot be had here, or undefined. */
export const previous_release_missing = () => older_checkout_missing(commit);

/** @returns {Promise<string>} its checkout, built */
export const previous_release = (log) => older_checkout(commit, log);
