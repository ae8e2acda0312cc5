// A module of ours in its two forms: WebAssembly, and for pages that refuse it the same as plain JavaScript (tools/lib/plain.mjs).

import { import_script } from './load';

/** The default export of a …-plain.js: a fresh instance each time. */
export type Plain = (imports: WebAssembly.Imports) => WebAssembly.Exports;
export type Module = WebAssembly.Module | Plain;

let refused: boolean | undefined;

/** Whether this page refuses WebAssembly. A policy can't be read, only tried, and where it refuses that costs one report: asked once. */
export function refuses_wasm(): boolean {
  try {
    refused ??= !new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    refused = true;
  }
  return refused;
}

/** `address`: of a …-plain.js. */
export const import_plain = async (address: string): Promise<Plain> =>
  (await import_script<{ default: Plain }>(address)).default;

export const instantiate = async (
  module: Module,
  imports: WebAssembly.Imports = {},
): Promise<WebAssembly.Exports> =>
  typeof module === 'function' ? module(imports) : (await WebAssembly.instantiate(module, imports)).exports;
