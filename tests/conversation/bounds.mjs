// The bounds of the comparisons: from ten clean runs of each browser, which `node tests/conversation/measure.mjs` holds and writes into
// bounds.json, with the worst of each beside.
import { readFileSync } from 'node:fs';

export const bounds_file = new URL('bounds.json', import.meta.url);

/** @type {Record<string, Record<string, Record<string, number>>>} by browser, and by what was compared */
export const bounds = JSON.parse(readFileSync(bounds_file, 'utf8'));
