// Reads what the test programs print: how many passed, failed, were skipped, and which parts of a suite failed, so that these can run
// once more (runner.mjs). A program that ended badly without saying so counts as one failure, never as none.
import { existsSync, readFileSync } from 'node:fs';

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} skips one line for each skipped test, with its reason where the program tells it
 * @property {{part: string, passed: number, failed: number, skipped: number, skips: string[]}[]} failing the parts with a failure, as the
 *   suite's command takes them. Where they hold fewer failures than `failed`, something failed that no part explains
 * @property {string} [failures] what failed and why, where the output itself is not made for reading
 */

/** An exit code that no counted failure explains is itself one. */
const with_exit_code = (counts, code) =>
  code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;

const nothing_ran = { passed: 0, failed: 1, skipped: 0, skips: [], failing: [] };

/** A part that is one test. */
const one_failure = (part) => ({ part, passed: 0, failed: 1, skipped: 0, skips: [] });

/** The first group of each match. */
const all_in = (pattern, text) => [...text.matchAll(pattern)].map(([, first]) => first);

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
      // The list at the end; a line that tells a failing test's time is its own.
      failing: all_in(/^\[  FAILED  \] ([^\s,]+\.[^\s,]+)(?:, where .*)?$/gm, output).map(one_failure),
    },
    code,
  );
}

/** Transcripts by file, the simulator by seed, fuzz targets by name: they count alike. */
export function count_lines({ code, output }) {
  const found = /^(\d+) passed, (\d+) failed$/m.exec(output);
  if (!found) return nothing_ran;
  const failing = all_in(/^FAILED (\S+)$/gm, output).map(one_failure);
  return with_exit_code(
    { passed: Number(found[1]), failed: Number(found[2]), skipped: 0, skips: [], failing },
    code,
  );
}

/** @param {string} counts_file what counting_reporter.mjs wrote */
export function count_files({ code }, counts_file) {
  const files = existsSync(counts_file) ? JSON.parse(readFileSync(counts_file, 'utf8') || '{}') : {};
  const all = Object.entries(files).map(([part, counts]) => ({ part, ...counts }));
  if (all.length === 0) return nothing_ran;
  const sum = (key) => all.reduce((total, counts) => total + counts[key], 0);
  return with_exit_code(
    {
      passed: sum('passed'),
      failed: sum('failed'),
      skipped: sum('skipped'),
      skips: all.flatMap(({ skips }) => skips),
      failing: all.filter(({ failed }) => failed > 0),
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
    const failing = rows.filter(({ result }) => result === 'failed').map(({ id }) => one_failure(id));
    const failures = lines('failed').join('\n');
    const counts = { passed, failed, skipped, skips: lines('skipped'), failing, failures };
    return with_exit_code(counts, code);
  } catch {
    return nothing_ran;
  }
}

export function count_faults({ code, output }) {
  const found = /^\d+ faults: (\d+) caught, (\d+) not$/m.exec(output);
  if (!found) return nothing_ran;
  const failing = all_in(/^(\S+\.patch) +NOT CAUGHT /gm, output).map(one_failure);
  return with_exit_code(
    { passed: Number(found[1]), failed: Number(found[2]), skipped: 0, skips: [], failing },
    code,
  );
}

/** Of `npm run check`: each check is a test. */
export function count_checks({ code, output }) {
  if (!/^(?:All checks passed\.|\d+ of \d+ checks failed\.)$/m.test(output)) return nothing_ran;
  const ended = (how) => all_in(new RegExp(`^check: (.+): ${how}$`, 'gm'), output);
  const counts = { passed: ended('ok').length, failed: ended('FAILED').length, skipped: 0 };
  return with_exit_code({ ...counts, skips: [], failing: [], failures: output.trimEnd() }, code);
}
