// Blocks a page's main thread as a shop's own scripts do: busy, again and again, nothing else runs there meanwhile.
import { until } from '../widget.mjs';

/**
 * Starts it and comes back at once.
 * @param {{times?: number, block_ms?: number, pause_ms?: number}} options
 */
export const start_blocking = (page, { times = 10, block_ms = 1_000, pause_ms = 500 } = {}) =>
  page.evaluate(
    (plan) => {
      const done = (window.__blocked = { times: 0, block_ms_max: 0, over: false });
      const block = () => {
        const from = performance.now();
        while (performance.now() - from < plan.block_ms);
        done.times += 1;
        done.block_ms_max = Math.max(done.block_ms_max, performance.now() - from);
        done.over = done.times === plan.times;
        if (!done.over) setTimeout(block, plan.pause_ms);
      };
      setTimeout(block, plan.pause_ms);
    },
    { times, block_ms, pause_ms },
  );

/** Waits until the last block is over. @returns {Promise<{times: number, block_ms_max: number}>} */
export const until_unblocked = (page, limit_ms = 60_000) =>
  until(
    'the last block is over',
    () => page.evaluate(() => (window.__blocked.over ? window.__blocked : null)),
    { timeout_ms: limit_ms, interval_ms: 500 },
  );
