// What setup prints, always to stderr: with --json a command's stdout carries its JSON only.
const started_ms = Date.now();

export const elapsed = () => `${((Date.now() - started_ms) / 1000).toFixed(1)} s`;

export function say(line) {
  process.stderr.write(`setup: ${line}\n`);
}

/** A long step shows that it is alive: its last line of output every few seconds. */
export function heartbeat(title, period_ms = 10_000) {
  let last_line = '';
  const timer = setInterval(() => {
    say(`  ${title} … (${elapsed()})${last_line ? ` ${last_line.slice(0, 100)}` : ''}`);
  }, period_ms);
  return {
    on_line: (line) => {
      if (line.trim()) last_line = line.trim();
    },
    stop: () => clearInterval(timer),
  };
}
