// Reads what the test programs print: how many passed, failed, were skipped. A program that ended badly without saying so counts as
// one failure, never as none.
import { existsSync, readFileSync } from 'node:fs';

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} skips one line for each skipped test, with its reason where the program tells it
 * @property {string} [failures] what failed and why, where the output itself is not made for reading
 */

/** An exit code that no counted failure explains is itself one. */
const with_exit_code = (counts, code) =>
  code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;

const nothing_ran = { passed: 0, failed: 1, skipped: 0, skips: [] };

const number_in = (pattern, text) => Number(pattern.exec(text)?.[1] ?? 0);

export function count_googletest({ code, output }) {
  if (!/^\[==========\] .* ran\./m.test(output)) return nothing_ran; // crashed on the way
  const skips = [...new Set(output.match(/^\[  SKIPPED \] \S+\.\S+/gm) ?? [])];
  return with_exit_code(
    {
      passed: number_in(/^\[  PASSED  \] (\d+) test/m, output),
      failed: number_in(/^\[  FAILED  \] (\d+) test/m, output),
      skipped: skips.length,
      skips,
    },
    code,
  );
}

export function count_transcripts({ code, output }) {
  const found = /^(\d+) passed, (\d+) failed$/m.exec(output);
  if (!found) return nothing_ran;
  return with_exit_code({ passed: Number(found[1]), failed: Number(found[2]), skipped: 0, skips: [] }, code);
}

export function count_tap({ code }, tap_file) {
  const text = existsSync(tap_file) ? readFileSync(tap_file, 'utf8') : '';
  if (!/^# pass \d+$/m.test(text)) return nothing_ran;
  return with_exit_code(
    {
      passed: number_in(/^# pass (\d+)$/m, text),
      failed: number_in(/^# fail (\d+)$/m, text) + number_in(/^# cancelled (\d+)$/m, text),
      skipped: number_in(/^# skipped (\d+)$/m, text) + number_in(/^# todo (\d+)$/m, text),
      skips: text.match(/^ *(not )?ok \d+ - .* # (SKIP|TODO).*$/gm) ?? [],
    },
    code,
  );
}

/** Rows without a test yet are the project's plan, not skipped tests. */
export function count_acceptance({ code, stdout }) {
  try {
    const { passed, failed, skipped, rows } = JSON.parse(stdout);
    const lines = (result) =>
      rows.filter((row) => row.result === result).map((row) => `${row.id}: ${row.reason}`);
    const counts = { passed, failed, skipped, skips: lines('skipped'), failures: lines('failed').join('\n') };
    return with_exit_code(counts, code);
  } catch {
    return nothing_ran;
  }
}

export function count_faults({ code, output }) {
  const found = /^\d+ faults: (\d+) caught, (\d+) not$/m.exec(output);
  if (!found) return nothing_ran;
  return with_exit_code({ passed: Number(found[1]), failed: Number(found[2]), skipped: 0, skips: [] }, code);
}
