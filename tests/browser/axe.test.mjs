// axe-core finds nothing in any state of the widget: in a light and a dark scheme, on a desktop and on a phone, contrast of
// colours included. A contrast that axe cannot judge counts as a finding too.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { needs_browser, shared_parts, stage_of } from '../rig/suite.mjs';
import { reach_state } from './stage.mjs';
import { states } from './states.mjs';

const axe_source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const parts = shared_parts();

/** Each finding as a line: rule, help, and the elements with what is wrong about them. */
const lines_of = (findings, kind) =>
  findings.map(
    ({ id, help, nodes }) =>
      `${kind} ${id}: ${help}\n${nodes.map((node) => `    ${node.target.flat().join(' ')}: ${node.any.map((one) => one.message).join('; ')} ${node.html.slice(0, 120)}`).join('\n')}`,
  );

async function findings_of(page) {
  const { violations, incomplete, passes } = await page.evaluate(() => window.axe.run(document));
  const inside = passes
    .flatMap(({ nodes }) => nodes)
    .filter(({ target }) => target[0]?.[0] === 'shopbell-widget');
  assert.ok(inside.length > 0, 'axe looks into the shadow root');
  const unjudged = incomplete.filter(({ id }) => id === 'color-contrast');
  return [...lines_of(violations, 'violates'), ...lines_of(unjudged, 'cannot judge')];
}

const looks = {
  light: async () => {},
  dark: (page) => page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' }),
  'dark phone': (page) => page.setViewportSize({ width: 360, height: 740 }),
  phone: (page) => page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' }),
};

for (const [name, state] of Object.entries(states)) {
  test(`axe: ${name}`, needs_browser, async (t) => {
    const page = await reach_state(stage_of(t), await parts(), state);
    await page.evaluate(axe_source);
    const found = [];
    for (const [look, change] of Object.entries(looks)) {
      await change(page);
      found.push(...(await findings_of(page)).map((line) => `${look}: ${line}`));
    }
    assert.deepEqual(found, []);
    assert.deepEqual(page.page_errors, []);
  });
}
