// Loads the acceptance rows and runs one row at a time with its time limit.
//
// A row module exports `rows`: an object from row id to {limit_s, run(t)}. `t` is the row's context:
//   t.assert       node:assert/strict
//   t.skip(why)    ends the row as skipped: only for a real part that this machine lacks
//   t.log(text)    one line of progress
//   t.defer(fn)    runs after the row, last first, whatever happened: closes servers and browsers
//   t.signal       aborted at the time limit
// A row that several files implement passes only when each of them passes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/** @typedef {{id: string, system: string, text: string, tests: string[]}} Row */
/** @typedef {{id: string, result: 'passed'|'failed'|'skipped'|'not built', reason: string, duration_ms: number}} RowResult */

const folder = new URL('./', import.meta.url);
const default_limit_s = 60;
// Clean-up must not be able to hang a run that has already been judged.
const cleanup_limit_ms = 15_000;

class Skip extends Error {}

/** @returns {Row[]} */
export function load_rows() {
  return JSON.parse(readFileSync(new URL('rows.json', folder), 'utf8'));
}

/** Rows whose id begins with the prefix; with `exact`, only the row of that id. */
export function match_rows(rows, prefix, exact = false) {
  return rows.filter((row) => (exact ? row.id === prefix : row.id.startsWith(prefix)));
}

export const is_built = (row) => row.tests.length > 0;

function timeout(ms, text) {
  let timer;
  const promise = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(text)), ms);
  });
  return { promise, clear: () => clearTimeout(timer) };
}

/** First lines of an error: enough to see what was expected, short enough for a table. */
function reason_of(error) {
  const text = stripVTControlCharacters(error instanceof Error ? error.message : String(error));
  return text.trim().split('\n').slice(0, 12).join(' | ').slice(0, 900);
}

async function run_test(row, file, log) {
  const module = await import(new URL(file, folder));
  const test = module.rows?.[row.id];
  if (!test) throw new Error(`${file} exports no test for ${row.id}`);
  const limit_s = test.limit_s ?? default_limit_s;
  const deferred = [];
  const abort = new AbortController();
  // An error outside the awaited chain (a callback of a server, say) belongs to the row that runs now.
  let stray;
  const on_stray = (error) => {
    stray ??= error instanceof Error ? error : new Error(String(error));
  };
  process.on('unhandledRejection', on_stray);
  process.on('uncaughtException', on_stray);
  const limit = timeout(limit_s * 1000, `not finished after its time limit of ${limit_s} s`);
  try {
    const context = {
      id: row.id,
      assert,
      signal: abort.signal,
      skip: (why) => {
        throw new Skip(why);
      },
      log: (text) => log(`${row.id}: ${text}`),
      defer: (fn) => deferred.push(fn),
    };
    await Promise.race([test.run(context), limit.promise]);
  } finally {
    limit.clear();
    abort.abort();
    for (const fn of deferred.reverse()) {
      const cleanup = timeout(cleanup_limit_ms, 'clean-up hangs');
      await Promise.race([Promise.resolve().then(fn), cleanup.promise]).catch((error) =>
        log(`${row.id}: clean-up: ${reason_of(error)}`),
      );
      cleanup.clear();
    }
    process.off('unhandledRejection', on_stray);
    process.off('uncaughtException', on_stray);
  }
  if (stray) throw stray;
}

/**
 * @param {Row} row
 * @param {(line: string) => void} log
 * @returns {Promise<RowResult>}
 */
export async function run_row(row, log) {
  const start = performance.now();
  const result = (kind, reason = '') => ({
    id: row.id,
    result: kind,
    reason,
    duration_ms: Math.round(performance.now() - start),
  });
  if (!is_built(row)) return result('not built', 'no test yet');
  try {
    for (const file of row.tests) await run_test(row, file, log);
    return result('passed');
  } catch (error) {
    if (error instanceof Skip) return result('skipped', error.message);
    if (error instanceof Error && error.stack) log(`${row.id}: ${error.stack}`);
    return result('failed', reason_of(error));
  }
}
