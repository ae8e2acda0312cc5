// What the files of tests/browser share: parts that live as long as the file, and parts of one test.
import { after } from 'node:test';
import { browser_missing, launch_browser } from './browsers/browser.mjs';
import { gateway_missing, start_gateway } from './gateway.mjs';

/** `{skip}` for node:test: why no browser test can run here, or false. */
export const needs_browser = {
  skip: (await browser_missing()) ?? gateway_missing() ?? false,
  timeout: 120_000,
};

/** A test of node:test as the stage's context: what it opens is closed after it, last first. */
export function stage_of(t) {
  const deferred = [];
  t.after(async () => {
    for (const fn of deferred.reverse()) await fn();
  });
  return { defer: (fn) => deferred.push(fn) };
}

/** Real gateway and Chromium for all tests of a file, started with the first that asks and ended after the last. */
export function shared_parts(gateway_options = {}, browser_options = {}) {
  let parts;
  after(async () => {
    const { browser, gateway } = (await parts) ?? {};
    await browser?.close();
    await gateway?.close();
  });
  const start = async () => ({
    gateway: await start_gateway(gateway_options),
    browser: await launch_browser(browser_options),
  });
  return () => (parts ??= start());
}
