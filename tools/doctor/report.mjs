// How a person reads it: one line for each check while it goes on, and what to do below it.
import { printable } from '../release/refusal.mjs';

const marks = { well: 'well', finding: 'WRONG', unknown: 'UNKNOWN', 'passed over': '-' };
const mark_width = 8;
const indent = ' '.repeat(mark_width);

export const lines_of = (lines) => printable(lines.join('\n'));

/** @param {import('./examine.mjs').Result} result */
export function result_lines({ title, result, ms, notes, findings, unknowns }) {
  const seconds = ms >= 100 ? ` (${(ms / 1_000).toFixed(1)} s)` : '';
  return [
    `${marks[result].padEnd(mark_width)}${title}${seconds}`,
    ...findings.flatMap(({ text, todo }) => [`${indent}${text}`, `${indent}-> ${todo}`]),
    ...unknowns.flatMap(({ text, todo }) => [`${indent}not known: ${text}`, `${indent}-> ${todo}`]),
    ...notes.map((text) => `${indent}${text}`),
  ];
}

/** On a terminal the check that runs is named until its line replaces it. */
export function progress_on(stream) {
  return {
    begins({ title }) {
      if (stream.isTTY) stream.write(`${'…'.padEnd(mark_width)}${title}`);
    },
    ends(result) {
      if (stream.isTTY) stream.write('\r\u001b[K');
      stream.write(`${lines_of(result_lines(result))}\n`);
    },
  };
}

export function summary_of({ results }) {
  const count = (kind) => results.filter(({ result }) => result === kind).length;
  const findings = results.reduce((sum, result) => sum + result.findings.length, 0);
  return [
    '',
    `${results.length} checks: ${count('well')} well, ${findings} ${findings === 1 ? 'finding' : 'findings'}, ${count('unknown')} not known, ${count('passed over')} passed over`,
  ];
}
