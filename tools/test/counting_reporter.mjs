// A reporter of node's test runner that counts by file: one JSON object at the end, which counts.mjs reads. A suite with parts
// (`describe`) counts by its tests, as node's own summary does.
import { relative } from 'node:path';

/** @typedef {{passed: number, failed: number, skipped: number, skips: string[]}} FileCounts */

export default async function* counting_reporter(events) {
  /** @type {Record<string, FileCounts>} */
  const files = {};
  for await (const { type, data } of events) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details?.type === 'suite') continue;
    // A file that ends badly by itself is a test of that name.
    const file = relative(process.cwd(), data.file ?? data.name);
    const counts = (files[file] ??= { passed: 0, failed: 0, skipped: 0, skips: [] });
    const reason = data.skip ?? data.todo;
    if (reason !== undefined && reason !== false) {
      counts.skipped += 1;
      counts.skips.push(`${data.name}${reason === true ? '' : `: ${reason}`}`);
    } else if (type === 'test:pass') counts.passed += 1;
    else counts.failed += 1;
  }
  yield `${JSON.stringify(files)}\n`;
}
