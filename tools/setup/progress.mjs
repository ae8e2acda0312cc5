// What setup prints, always to stderr: with --json a command's stdout carries its JSON only.
const started_ms = Date.now();

export const elapsed = () => `${((Date.now() - started_ms) / 1000).toFixed(1)} s`;

export function say(line) {
  process.stderr.write(`setup: ${line}\n`);
}

const under_way = new Set();
let timer;

/** Long work shows that it is alive: one line for all that is under way. @returns {() => void} ends it */
export function heartbeat(title, period_ms = 10_000) {
  under_way.add(title);
  timer ??= setInterval(() => say(`  ${[...under_way].join(', ')} … (${elapsed()})`), period_ms);
  return () => {
    under_way.delete(title);
    if (under_way.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
