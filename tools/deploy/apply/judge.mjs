// The doctor's word before and after: what was wrong before is not the new configuration's fault.
import { fileURLToPath } from 'node:url';
import { run } from '../../lib/run.mjs';

const doctor = fileURLToPath(new URL('../../doctor/main.mjs', import.meta.url));

/** Its checks all have limits of their own; together they may not hold a shop that is down. */
const limit_ms = 60_000;

/** @returns {Promise<{faults: Map<string, string>}>} what is wrong or was not to be seen, by a name that stays the same, and its words */
export async function ask_doctor(url, args) {
  const { stdout, output } = await run([process.execPath, doctor, url, '--json', ...args], {
    timeout_ms: limit_ms,
  });
  const faults = new Map();
  let results;
  try {
    ({ results } = JSON.parse(stdout));
  } catch {
    return {
      faults: new Map([
        ['doctor', `the doctor said nothing within ${limit_ms / 1_000} s: ${output.slice(-200).trim()}`],
      ]),
    };
  }
  for (const { name, title, findings, unknowns } of results) {
    for (const { id, text, todo } of findings)
      faults.set(`${name} ${id}`, `${title}: ${text}\n    -> ${todo}`);
    if (findings.length === 0 && unknowns.length > 0)
      faults.set(`${name} unknown`, `${title}: ${unknowns[0].text}`);
  }
  return { faults };
}

/** @returns {string[]} words of what is wrong now and was not before */
export const new_faults = (before, after) =>
  [...after.faults].filter(([name]) => !before.faults.has(name)).map(([, words]) => words);
