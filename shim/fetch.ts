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

export async function compile(address: string): Promise<WebAssembly.Module> {
  const response = await fetch_file(address);
  // Servers that do not know the type application/wasm get the slower way.
  return response.headers.get('content-type')?.startsWith('application/wasm')
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}
