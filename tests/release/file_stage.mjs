import { after } from 'node:test';

/** What is opened lives as long as the test file. */
export function file_stage() {
  const deferred = [];
  after(async () => {
    for (const fn of deferred.reverse()) await fn();
  });
  return { defer: (fn) => deferred.push(fn) };
}
