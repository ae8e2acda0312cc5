// Thirty releases and rollbacks in a loop while page loads go on in Chromium: SHOPBELL_LONG=1. TZ-D1 is the short form.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needs_browser } from '../rig/suite.mjs';
import { file_stage } from './file_stage.mjs';
import { assert_whole, release_while_pages_load } from './loop.mjs';
import { open_releases } from './stage.mjs';

const rounds = 30;
const names = ['1.0.0', '1.1.0', '1.2.0'];

const long_test = process.env.SHOPBELL_LONG === '1' ? test : () => {};

long_test(
  `${rounds} releases and rollbacks: no page mixes versions, none fails`,
  { ...needs_browser, timeout: 600_000 },
  async (t) => {
    const parts = await open_releases(file_stage(), names);
    const result = await release_while_pages_load(parts, { names, rounds });
    t.diagnostic(`${result.pages.length} pages, ${result.changes.length} changes`);
    assert.ok(result.pages.length >= rounds, `${result.pages.length} pages`);
    assert_whole(assert, result);
  },
);
