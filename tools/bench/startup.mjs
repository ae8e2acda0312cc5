// How long a shopper waits, and what the page pays for it: each contender on the same page, from the second origin, in Chromium with a slow
// processor and a slow network (startup/load.mjs). The contenders take turns, each round in another order; a figure is the median of
// the rounds. A first round is not counted: in it the files are compressed and the machine warms up.
import { launch_browser } from '../../tests/rig/browsers/browser.mjs';
import { contenders } from './startup/contenders.mjs';
import { cold_load, slow } from './startup/load.mjs';
import { open_origins } from './startup/origins.mjs';
import { median } from '../lib/samples.mjs';

export const description =
  'launcher shown, first key taken, text ready, long tasks, layout shift, heap; beside rivals';

const rounds = 5;

const digits = {
  launcher_ms: 0,
  text_usable_ms: 0,
  text_ready_ms: 0,
  long_task_excess_ms: 0,
  cls: 4,
  heap_mb: 2,
};

function medians(loads) {
  const keys = Object.keys(loads[0]).filter((key) => key !== 'resources');
  return Object.fromEntries(
    keys.map((key) => {
      const values = loads.map((load) => load[key]);
      if (values[0] === null) return [key, null];
      return [key, Number(median(values).toFixed(digits[key] ?? 0))];
    }),
  );
}

export async function run({ progress }) {
  const names = Object.keys(contenders);
  const origins = await open_origins(contenders);
  const browser = await launch_browser({ args: origins.browser_arguments });
  try {
    const loads = Object.fromEntries(names.map((name) => [name, []]));
    for (let round = 0; round <= rounds; round += 1) {
      for (let i = 0; i < names.length; i += 1) {
        const name = names[(i + round) % names.length];
        const load = await cold_load(browser, {
          url: origins.page(name),
          contender: contenders[name],
          conditions: slow,
        });
        if (round > 0) loads[name].push(load);
        progress(
          `round ${round} of ${rounds}: ${name} ${[load.launcher_ms ?? 0, load.text_usable_ms, load.text_ready_ms].map(Math.round).join(' / ')} ms`,
        );
      }
    }
    return Object.fromEntries(names.map((name) => [name, medians(loads[name])]));
  } finally {
    await browser.close();
    await origins.close();
  }
}
