// A version's files, fetched and checked. An address carries the hash of what lies there (files.ts); the browser compares.

/** `base`: where the version lies. `turn`: how often it failed; a browser may remember that an address failed, so each try has its own. */
export const url = (file: string, base: string, turn = 0): string =>
  new URL(turn ? file.replace(/#|$/, `?retry=${turn}$&`) : file, base).href;

/** What the bytes at this address must hash to; empty: anything (files as built for development). */
export const integrity = (address: string): string => address.split('#')[1] ?? '';

export async function fetch_file(address: string): Promise<Response> {
  const response = await fetch(address, { credentials: 'omit', integrity: integrity(address) });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return response;
}

/**
 * For what the browser loads by itself and takes no hash for: fetched, and so checked, just before, from the same address that never
 * changes. That finds a damaged file; a server that answers two requests differently is not found out.
 */
export async function checked(address: string): Promise<string> {
  if (integrity(address)) await fetch_file(address);
  return address;
}

/** Not while it streams: nothing of a file is to be used before its hash is known. */
export const compile = async (address: string): Promise<WebAssembly.Module> =>
  WebAssembly.compile(await (await fetch_file(address)).arrayBuffer());
