// A relay for datagrams that loses, delays and cuts them on command, each way. It stands at an address of its own with the server's own port,
// and to the server each client is another port. In a thread of its own, so that no work of a test delays a packet.
//
//   shape({loss, delay_ms})   from now on: the share that gets lost, and how much later each of the others comes, each way
//   cut(ms), mend             nothing passes, for so long or until it is mended
//   spare(pid)                that process's packets pass as they come: the side whose network is well
//
// What gets lost follows from the seed, which the clock gives and which is printed; SHOPBELL_RELAY_SEED gives it again.
import { Worker } from 'node:worker_threads';

/**
 * @typedef {{passed: number, lost: number, cut: number}} Counts
 * @typedef {{port: number, spared: boolean, up: Counts, down: Counts}} Flow  of one client's port; up: to the server
 *
 * @param {{at: {address: string, port: number}, to: {address: string, port: number}, seed?: number}} options
 */
export async function start_udp_relay({ at, to, seed }) {
  const number = seed ?? Number(process.env.SHOPBELL_RELAY_SEED ?? Date.now() >>> 0);
  const thread = new Worker(new URL('udp_relay_thread.mjs', import.meta.url), {
    workerData: { at, to, seed: number },
  });
  let last_id = 0;
  const answer_to = (id) =>
    new Promise((resolve, reject) => {
      const on_message = (message) => {
        if (message.id !== id) return;
        thread.off('message', on_message).off('error', reject);
        resolve(message.result);
      };
      thread.on('message', on_message).once('error', reject);
    });
  /** Done when the thread says so: what comes after is under the new order. */
  const order = (name, ...args) => {
    const id = (last_id += 1);
    const answered = answer_to(id);
    thread.postMessage({ id, name, args });
    return answered;
  };
  await answer_to(0);
  let told = false;
  return {
    ...at,
    seed: number,
    shape({ loss = 0, delay_ms = 0 } = {}) {
      if (loss > 0 && !told) process.stderr.write(`rig: SHOPBELL_RELAY_SEED=${number}\n`);
      told ||= loss > 0;
      return order('shape', { loss, delay_ms });
    },
    cut: (ms = Infinity) => order('cut', ms),
    mend: () => order('cut', 0),
    spare: (pid) => order('spare', pid),
    /** @returns {Promise<Flow[]>} */
    flows: () => order('flows'),
    close: () => thread.terminate(),
  };
}

/** @param {Flow[]} flows @param {'up' | 'down'} way @returns {Counts} of those that are not spared */
export function sum_of(flows, way) {
  const sum = { passed: 0, lost: 0, cut: 0 };
  for (const flow of flows.filter(({ spared }) => !spared))
    for (const name of Object.keys(sum)) sum[name] += flow[way][name];
  return sum;
}
