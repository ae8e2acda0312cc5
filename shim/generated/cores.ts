// Printed by tools/lib/backends.mjs from wasm/backends/backends.def. Do not edit: run `npm run build`.

/** By itself: the tag knows it, and not the table. */
export const default_backend = 'chatkit';

/** So does it know which voice has cores of its own: <core>-with-<voice>. */
export const room_voice = 'livekit';

export interface Core {
  backend: string;
  /** Of pages with this data-voice alone. */
  voice?: string;
  wasm: string;
  plain: string;
  /** Its agents ask for things: with it goes tools.js. */
  asks?: true;
}

/** The files of each back end's core; what is for one voice alone stands before what is for any. */
export const cores: readonly Core[] = [
  { backend: 'chatkit', wasm: 'core-with-livekit.wasm', plain: 'core-with-livekit-plain.js', voice: 'livekit' },
  { backend: 'chatkit', wasm: 'core.wasm', plain: 'core-plain.js' },
  { backend: 'shopbell', wasm: 'core-shopbell-with-livekit.wasm', plain: 'core-shopbell-with-livekit-plain.js', voice: 'livekit' },
  { backend: 'shopbell', wasm: 'core-shopbell.wasm', plain: 'core-shopbell-plain.js' },
  { backend: 'hal', wasm: 'core-hal.wasm', plain: 'core-hal-plain.js' },
  { backend: 'ag-ui', wasm: 'core-ag-ui.wasm', plain: 'core-ag-ui-plain.js', asks: true },
];
