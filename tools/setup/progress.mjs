// What setup prints, always to stderr: with --json a command's stdout carries its JSON only.
const started_ms = Date.now();

export const elapsed = () => `${((Date.now() - started_ms) / 1000).toFixed(1)} s`;

export function say(line) {
  process.stderr.write(`setup: ${line}\n`);
}

/** A long step shows that it is alive. @returns {() => void} ends it */
export function heartbeat(title, period_ms = 10_000) {
  const timer = setInterval(() => say(`  ${title} … (${elapsed()})`), period_ms);
  return () => clearInterval(timer);
}
