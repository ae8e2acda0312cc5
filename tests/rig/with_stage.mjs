/** A stage that does not last as long as a test: what was opened in `use` is closed after it, last first. */
export async function with_stage(use) {
  const deferred = [];
  try {
    return await use({ defer: (fn) => deferred.push(fn) });
  } finally {
    for (const fn of deferred.reverse()) await fn();
  }
}
