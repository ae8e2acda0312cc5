// A benchmark's result as a table: one column for each contender, one line for each number.

const text_of = (value) => {
  if (value === undefined || value === null) return '–';
  if (typeof value !== 'number') return typeof value === 'object' ? JSON.stringify(value) : String(value);
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(Math.abs(value) < 10 ? 3 : 1);
};

/** @param {Record<string, Record<string, unknown>>} result keyed by contender */
export function table_of(result) {
  const contenders = Object.keys(result);
  const measures = [...new Set(contenders.flatMap((name) => Object.keys(result[name])))];
  const lines = [
    ['', ...contenders],
    ...measures.map((measure) => [measure, ...contenders.map((name) => text_of(result[name][measure]))]),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
