// Runs suites, each with its output in a log of its own. Theory: a machine that is busy for a moment can fail a test of sound or time, and
// a release must not wait for luck. So what failed runs once more, alone, after everything else: by file, test, row or patch where the
// suite can tell which it was, else the whole suite. What passes then passes, but it is named at the end and the first failure's log is
// kept: a fault to be looked for, not noise. What fails twice has failed.
import { join, relative } from 'node:path';
import { checkout } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';

/**
 * @typedef {import('./counts.mjs').Counts & {name: string, seconds: number, second_tries: {part?: string, log: string}[]}} Result
 *   second_tries: what passed only then, and the log of its first failure
 */

/** One after the other; in each, a lane for every name, which takes the suites of that kind. */
const turns = [['computes', 'computes'], ['alone'], ['waits', 'waits', 'spare']];

/** The part of a log that says what failed: node's own list of failures, else the end. */
function failing_part(output) {
  const at = output.lastIndexOf('failing tests:');
  const lines = (at === -1 ? output : output.slice(at)).trimEnd().split('\n');
  return (at === -1 ? lines.slice(-80) : lines.slice(0, 200)).join('\n');
}

/** A file's name out of anything. */
const slug = (text) => text.replace(/^.*\//, '').replace(/[^\w.+-]/g, '_');

export class Runner {
  /** @param {{logs: string, say: (line: string) => void, print?: (text: string) => void}} options */
  constructor({ logs, say, print = console.log }) {
    Object.assign(this, { logs, say, print });
  }

  /**
   * Two at a time, first those that compute, then those that wait; those that must be alone one by one. The longest begins first.
   * @param {import('./suites.mjs').Suite[]} chosen
   * @param {Map<string, string>} [broken_builds] the builds that failed, and why
   * @returns {Promise<Result[]>} in the order of `chosen`
   */
  async run_all(chosen, broken_builds = new Map()) {
    const results = new Map();
    const failed = [];
    for (const lanes of turns) {
      const waiting = chosen.toSorted((a, b) => b.limit_s - a.limit_s);
      const next = (kind) => {
        const at = waiting.findIndex(({ turn }) => turn === kind);
        return at === -1 ? undefined : waiting.splice(at, 1)[0];
      };
      const lane = async (kind) => {
        for (let suite; (suite = next(kind));) {
          const broken = suite.builds.find((name) => broken_builds.has(name));
          if (broken) {
            results.set(suite.name, this.#not_run(suite, broken_builds.get(broken)));
            continue;
          }
          const result = await this.#first_try(suite);
          results.set(suite.name, result);
          if (result.failed > 0) failed.push(suite);
        }
      };
      await Promise.all(lanes.map(lane));
    }
    for (const suite of failed)
      results.set(suite.name, await this.#second_try(suite, results.get(suite.name)));
    return chosen.map(({ name }) => results.get(name));
  }

  #not_run({ name }, why) {
    this.say(`${name}: not run, because ${why}`);
    return { name, passed: 0, failed: 1, skipped: 0, skips: [], failing: [], seconds: 0, second_tries: [] };
  }

  /** @returns {Promise<Result & {log: string}>} */
  async #run(suite, part, log_name) {
    const title = part === undefined ? suite.name : `${suite.name}: ${part}`;
    const log = join(this.logs, `${log_name}.log`);
    const started_ms = Date.now();
    // A running test must not take this process for its own test runner.
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    const timeout_ms = suite.limit_s * 1000;
    const result = await run(suite.command(part), { cwd: checkout, env, log, timeout_ms });
    const counts = suite.count(result);
    const seconds = (Date.now() - started_ms) / 1000;
    const { passed, failed, skipped } = counts;
    this.say(`${title}: ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds.toFixed(1)} s)`);
    if (failed > 0)
      this.print(
        `${counts.failures ?? failing_part(result.output)}\n(all of it: ${relative(checkout, log)})`,
      );
    return { name: suite.name, ...counts, seconds, second_tries: [], log };
  }

  async #first_try(suite) {
    this.say(`${suite.name}: running`);
    return this.#run(suite, undefined, suite.name);
  }

  /** @param {Result & {log: string}} first */
  async #second_try(suite, first) {
    const explained = first.failing.reduce((sum, { failed }) => sum + failed, 0) === first.failed;
    let whole = first;
    for (const before of explained ? first.failing : [{ ...first, part: undefined }]) {
      const { part } = before;
      this.say(`${suite.name}: ${part ?? 'all of it'} once more, alone`);
      const log_name = `${suite.name}-second-try${part === undefined ? '' : `-${slug(part)}`}`;
      whole = with_part_again(whole, before, await this.#run(suite, part, log_name), first.log);
    }
    return whole;
  }
}

/** A suite's result, in which a part's first counts are taken back for its second. */
function with_part_again(whole, before, after, log) {
  const sum = (key) => whole[key] - before[key] + after[key];
  return {
    ...whole,
    passed: sum('passed'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    skips: [...whole.skips.filter((line) => !before.skips.includes(line)), ...after.skips],
    seconds: whole.seconds + after.seconds,
    second_tries: after.failed > 0 ? whole.second_tries : [...whole.second_tries, { part: before.part, log }],
  };
}

/** @param {Result[]} results @returns {string} what passed on the second try only, or nothing */
export const second_tries_of = (results) =>
  results
    .flatMap(({ name, second_tries }) =>
      second_tries.map(
        ({ part, log }) =>
          `passed on the second try: ${name}${part === undefined ? '' : `, ${part}`} (a fault to be looked for; its first failure: ${relative(checkout, log)})`,
      ),
    )
    .join('\n');
