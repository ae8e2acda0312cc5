// Scripts, fetched and checked before they run; and what is loaded is tried three times: a page on a train gets its chat when the tunnel
// ends.
import { fetch_file, integrity, url } from './fetch';

const pauses_ms = [400, 1500];

// A browser may remember for the page's life that a module's address failed, so every try after a failure has an address of
// its own, also when the shopper's press begins a new round.
let failures = 0;

/**
 * Imports the script at the address once it is fetched and has the right hash: the import runs those very bytes, out of the browser's
 * module map. A browser that has no modulepreload fetches twice, the first time to check; so does WebKit, which
 * takes the attribute and does not compare (2.50).
 */
export async function import_script<T>(address: string): Promise<T> {
  const link = document.createElement('link');
  if (link.relList.supports('modulepreload') && !navigator.vendor.startsWith('Apple'))
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
  return (await import(address)) as T;
}

/** `work` makes the addresses of its files by `at`. */
export async function tried<T>(work: (at: typeof url) => Promise<T>): Promise<T> {
  for (let turn = 0; ; turn += 1) {
    try {
      return await work((file, base) => url(file, base, failures));
    } catch (error) {
      failures += 1;
      if (turn === pauses_ms.length) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauses_ms[turn]));
    }
  }
}
