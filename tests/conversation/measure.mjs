// The long form of the conversations: ten clean runs of each browser, and from them the bounds that the short form keeps to.
//   node tests/conversation/measure.mjs [--browser chromium|firefox|webkit] [--runs 10] [--rate 48000] [--write]
//   --write   puts the new bounds into bounds.json; without it they are only printed
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bound_of, measures } from '../rig/sound/compare_speech.mjs';
import { call_missing } from '../rig/voice_call.mjs';
import { bounds, bounds_file } from './bounds.mjs';
import { hold_conversation } from './conversation.mjs';
import { with_stage } from '../rig/with_stage.mjs';

const { values } = parseArgs({
  options: {
    browser: { type: 'string' },
    runs: { type: 'string', default: '10' },
    rate: { type: 'string', default: '48000' },
    write: { type: 'boolean', default: false },
  },
});

function print_table(runs) {
  for (const what of Object.keys(runs[0])) {
    console.log(`\n${what.padEnd(10)}${measures.map((name) => name.padStart(15)).join('')}`);
    for (const [i, run] of runs.entries())
      console.log(
        String(i + 1).padEnd(10) +
          measures.map((name) => run[what][name].toPrecision(3).padStart(15)).join(''),
      );
  }
}

for (const browser of values.browser ? [values.browser] : ['chromium', 'firefox', 'webkit']) {
  const missing = await call_missing(browser);
  if (missing) throw new Error(missing);
  const runs = [];
  for (let i = 0; i < Number(values.runs); i += 1) {
    const { likeness, uplink } = await with_stage((stage) =>
      hold_conversation(stage, { browser, rate_hz: Number(values.rate) }),
    );
    runs.push(likeness);
    console.log(
      `${browser} ${i + 1}: ${uplink.frames} frames, ${uplink.lost} lost, ${JSON.stringify(likeness)}`,
    );
  }
  print_table(runs);
  bounds[browser] = Object.fromEntries(
    Object.keys(runs[0]).map((what) => [what, bound_of(runs.map((run) => run[what]))]),
  );
  console.log(`\nbounds of ${browser}: ${JSON.stringify(bounds[browser], null, 2)}`);
}
if (values.write) writeFileSync(bounds_file, `${JSON.stringify(bounds, null, 2)}\n`);
