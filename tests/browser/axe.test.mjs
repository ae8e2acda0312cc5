// axe-core finds nothing in any state of the widget: in a light and a dark scheme, on a desktop and on a phone, contrast of
// colours included. A contrast that axe cannot judge counts as a finding too.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bring_axe, findings_of, looks } from '../rig/browsers/axe.mjs';
import { needs_browser, shared_parts, stage_of } from '../rig/suite.mjs';
import { reach_state } from './stage.mjs';
import { states } from './states.mjs';

const parts = shared_parts();

for (const [name, state] of Object.entries(states)) {
  test(`axe: ${name}`, needs_browser, async (t) => {
    const page = await reach_state(stage_of(t), await parts(), state);
    await bring_axe(page);
    const found = [];
    for (const [look, change] of Object.entries(looks)) {
      await change(page);
      found.push(...(await findings_of(page)).map((line) => `${look}: ${line}`));
    }
    assert.deepEqual(found, []);
    assert.deepEqual(page.page_errors, []);
  });
}
