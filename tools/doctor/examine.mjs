// Runs checks one after another and keeps what each found. A check cannot hang, and one that throws has found out nothing.
import { is_here, word_of } from './ask.mjs';

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {string} title       what is looked at
 * @property {number} limit_s
 * @property {(shop: object, tell: Tell) => Promise<void> | void} run
 *
 * @typedef {object} Tell
 * @property {(text: string) => void} well     what was seen and is right
 * @property {(id: string, text: string, todo: string) => void} finding  what is wrong, and what to do
 * @property {(text: string, todo: string) => void} unknown   could not be checked
 * @property {(text: string) => void} passed_over  does not concern this shop
 * @property {AbortSignal} signal  the check's time is over
 *
 * @typedef {object} Result
 * @property {string} name
 * @property {string} title
 * @property {'well'|'finding'|'unknown'|'passed over'} result
 * @property {number} ms
 * @property {string[]} notes
 * @property {{id: string, text: string, todo: string}[]} findings
 * @property {{text: string, todo: string}[]} unknowns
 */

/** @param {Check} check @returns {Promise<Result>} */
async function run_check({ name, title, limit_s, run }, shop) {
  const begun_ms = performance.now();
  const [notes, findings, unknowns, left_out] = [[], [], [], []];
  const abort = new AbortController();
  let is_over = false;
  const while_running =
    (say) =>
    (...said) =>
      void (is_over || say(...said));
  const tell = {
    signal: abort.signal,
    well: while_running((text) => notes.push(text)),
    finding: while_running((id, text, todo) => findings.push({ id, text, todo })),
    unknown: while_running((text, todo) => unknowns.push({ text, todo })),
    passed_over: while_running((text) => left_out.push(text)),
  };
  let limit;
  const over = new Promise((resolve) => (limit = setTimeout(resolve, limit_s * 1_000, 'over')));
  try {
    if ((await Promise.race([run(shop, tell), over])) === 'over')
      tell.unknown(
        `not finished within ${limit_s} s`,
        'Try it again; if it stays so, look at what is slow there.',
      );
  } catch (error) {
    tell.unknown(
      `it could not be looked at: ${word_of(error)}`,
      is_here(error) ? "Look at this machine's network." : 'Try it again.',
    );
  }
  is_over = true;
  clearTimeout(limit);
  abort.abort();
  const result =
    findings.length > 0
      ? 'finding'
      : unknowns.length > 0
        ? 'unknown'
        : left_out.length > 0 && notes.length === 0
          ? 'passed over'
          : 'well';
  const ms = Math.round(performance.now() - begun_ms);
  return { name, title, result, ms, notes: [...notes, ...left_out], findings, unknowns };
}

/**
 * @param {Check[]} checks
 * @param {object} shop            what checks know of the shop; the first ones fill it
 * @param {{begins?: (check: Check) => void, ends?: (result: Result) => void}} [progress]
 * @returns {Promise<Result[]>}
 */
export async function examine(checks, shop, { begins, ends } = {}) {
  const results = [];
  for (const check of checks) {
    begins?.(check);
    const result = await run_check(check, shop);
    results.push(result);
    ends?.(result);
  }
  return results;
}

/** 1: something is wrong. 2: nothing is, of what could be checked. */
export const exit_code_of = (results) =>
  results.some(({ result }) => result === 'finding')
    ? 1
    : results.some(({ result }) => result === 'unknown')
      ? 2
      : 0;
