// Workers, started: each has said that it runs.
import { checked, fetch_file } from '../fetch';

// A policy that refuses without a word.
const answer_ms_max = 8000;

/** Vouches for a worker's address where the page wants that. */
type Trusted = (url: string) => string;

function start_worker(url: string, trusted: Trusted): Promise<Worker> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(trusted(url), { type: 'module' });
    const refuse = (why: unknown): void => {
      clearTimeout(limit);
      worker.terminate();
      reject(why instanceof Error ? why : new Error(`the worker from ${url} does not start`));
    };
    const limit = setTimeout(refuse, answer_ms_max);
    worker.onerror = refuse;
    worker.onmessage = () => {
      clearTimeout(limit);
      worker.onerror = null;
      resolve(worker);
    };
  });
}

/** From the page's own origin. An owner's own file has no hash that we could know. */
export async function start_own_worker(own: string, ours: boolean, trusted: Trusted): Promise<Worker> {
  const address = new URL(own, document.baseURI).href;
  return start_worker(ours ? await checked(address) : address, trusted);
}

/** From wherever the file lies. */
export async function start_blob_worker(file: string, trusted: Trusted): Promise<Worker> {
  const bytes = await (await fetch_file(file)).arrayBuffer();
  const url = URL.createObjectURL(new Blob([bytes], { type: 'text/javascript' }));
  try {
    return await start_worker(url, trusted);
  } finally {
    URL.revokeObjectURL(url);
  }
}
