// axe-core in a page, the widget's shadow root included.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe_source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const bring_axe = (page) => page.evaluate(axe_source);

/** Each finding as a line: rule, help, and the elements with what is wrong about them. */
const lines_of = (findings, kind) =>
  findings.map(
    ({ id, help, nodes }) =>
      `${kind} ${id}: ${help}\n${nodes.map((node) => `    ${node.target.flat().join(' ')}: ${node.any.map((one) => one.message).join('; ')} ${node.html.slice(0, 120)}`).join('\n')}`,
  );

export async function findings_of(page) {
  const { violations, incomplete, passes } = await page.evaluate(() => window.axe.run(document));
  const inside = passes
    .flatMap(({ nodes }) => nodes)
    .filter(({ target }) => target[0]?.[0] === 'shopbell-widget');
  assert.ok(inside.length > 0, 'axe looks into the shadow root');
  const unjudged = incomplete.filter(({ id }) => id === 'color-contrast');
  return [...lines_of(violations, 'violates'), ...lines_of(unjudged, 'cannot judge')];
}

/** How the widget may look; each changes a page to it. In this order: each builds on the one before. */
export const looks = {
  light: async () => {},
  dark: (page) => page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' }),
  'dark phone': (page) => page.setViewportSize({ width: 360, height: 740 }),
  phone: (page) => page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' }),
};
