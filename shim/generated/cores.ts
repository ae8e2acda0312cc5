// Printed by tools/lib/backends.mjs from wasm/backends/backends.def. Do not edit: run `npm run build`.

/** By itself: the tag knows it, and not the table. */
export const default_backend = 'chatkit';

/** The files of each back end's core, the default's first. */
export const cores = [
  { backend: 'chatkit', wasm: 'core.wasm', plain: 'core-plain.js' },
  { backend: 'shopbell', wasm: 'core-shopbell.wasm', plain: 'core-shopbell-plain.js' },
  { backend: 'hal', wasm: 'core-hal.wasm', plain: 'core-hal-plain.js' },
  { backend: 'ag-ui', wasm: 'core-ag-ui.wasm', plain: 'core-ag-ui-plain.js' },
] as const;
