// Loads the core of a back end. The table of them (shim/generated/cores.ts) is part of app.js, so a tag that has the hash of app.js has all
// of theirs, however many there are.
//
// So that a core's bytes need not wait for the table, the tag asks for them beside app.js, by a name that follows from the back end's
// (tag/version.ts), and they are compared here. Where that was no core's name, or its bytes are not the table's, the right one is fetched, and
// the browser compares. It does so too where a page without https has no hashes to compute.
import { compile, integrity } from '../shim/fetch';
import { cores, default_backend, type Core } from '../shim/generated/cores';
import { import_plain, type Module } from '../shim/wasm';

async function is_that_of(address: string, bytes: ArrayBuffer): Promise<boolean> {
  const wanted = integrity(address);
  if (!wanted) return true;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-384', bytes));
  return wanted === `sha384-${btoa(String.fromCharCode(...digest))}`;
}

/** Of a name that is no back end's, the default's: what is wrong with it is the core's to say, as it is of a voice. */
export const core_of = (backend: string, voice: string): Core =>
  cores.find((core) => core.backend === (backend || default_backend) && (core.voice ?? voice) === voice) ??
  core_of('', voice);

/** `early`: what the tag has asked for; undefined: this page wants the core as plain JavaScript. */
export async function load_core(
  { wasm, plain }: Core,
  early: Promise<Response> | undefined,
  at: (file: string) => string,
): Promise<Module> {
  if (!early) return import_plain(at(plain));
  const address = at(wasm);
  try {
    const bytes = await (await early).arrayBuffer();
    if (await is_that_of(address, bytes)) return await WebAssembly.compile(bytes);
  } catch {
    // The browser says below what is the matter.
  }
  return compile(address);
}
