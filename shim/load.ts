// Fetches what the widget needs once it is wanted, all at once: the app's code and the core. They are checked and compiled here and run
// nowhere yet, so that a version whose files are not all right leaves no trace.
// Tried three times; a page on a train gets its chat when the tunnel ends.
import { compile, fetch_file, integrity, url } from './fetch';
import { app_js } from './files';

const pauses_ms = [400, 1500];

// A browser may remember for the page's life that a module's address failed, so every try after a failure has an address of
// its own, also when the shopper's press begins a new round.
let failures = 0;

/**
 * Gives the address when the script there is fetched and has the right hash: a later import of this address runs those very bytes,
 * out of the browser's module map. A browser that has no modulepreload fetches twice, the first time to check.
 */
export async function script_ready(address: string): Promise<string> {
  const link = document.createElement('link');
  if (link.relList.supports('modulepreload'))
    await new Promise((resolve, reject) => {
      Object.assign(link, {
        rel: 'modulepreload',
        crossOrigin: '',
        integrity: integrity(address),
        href: address,
        onload: resolve,
        onerror: () => reject(new Error(address)),
      });
      document.head.append(link);
    });
  else await fetch_file(address);
  return address;
}

/** The address of the app's code, which is ready to be imported, and the compiled core. */
export type Loaded = [app: string, module: WebAssembly.Module | undefined];

/** `base`: where the version's files lie. `plain`: without WebAssembly. */
export async function load(base: string, module: string, plain: boolean): Promise<Loaded> {
  const at = (file: string): string => url(file, base, failures);
  for (let turn = 0; ; turn += 1) {
    try {
      return await Promise.all([script_ready(at(app_js)), plain ? undefined : compile(at(module))]);
    } catch (error) {
      failures += 1;
      if (turn === pauses_ms.length) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauses_ms[turn]));
    }
  }
}
