// A witness beside a call: a bare worklet, port, worker and socket in the same page, without codec and without any of our code, that sends
// one beat for every 20 ms of sound. It takes the way of the call's own frames through the same browser and the same machine. What comes
// late from the call and on time from the witness is late by our doing; where both are late together, nobody of ours was asked.
import { Worker } from 'node:worker_threads';

const beat_ms = 20;

/** Starts it in a page that has had its first click. @returns {Promise<{gaps(): Promise<{from_ms, to_ms}[]>, end(): Promise<void>}>} */
export async function start_witness(page) {
  const thread = new Worker(new URL('witness_thread.mjs', import.meta.url));
  const answer = () => new Promise((resolve) => thread.once('message', resolve));
  const port = await answer();
  await page.evaluate(
    async ({ port, beat_ms }) => {
      const address = (text) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
      const worker = new Worker(
        address(`onmessage = ({ data: { beats, port } }) => {
          const socket = new WebSocket('ws://localhost:' + port);
          let beat = 0;
          socket.onopen = () => (beats.onmessage = () => socket.send(String((beat += 1))));
        };`),
      );
      const context = new AudioContext({ sampleRate: 48_000 });
      await context.audioWorklet.addModule(
        address(`registerProcessor('witness', class extends AudioWorkletProcessor {
          samples = 0;
          process(inputs, [[out]]) {
            this.samples += out.length;
            if (this.samples >= sampleRate * ${beat_ms / 1000}) {
              this.samples -= sampleRate * ${beat_ms / 1000};
              this.port.postMessage(0);
            }
            return true;
          }
        });`),
      );
      const node = new AudioWorkletNode(context, 'witness', { numberOfInputs: 0 });
      node.connect(context.destination);
      worker.postMessage({ beats: node.port, port }, [node.port]);
      window.__witness = { context, worker, node };
    },
    { port, beat_ms },
  );
  return {
    /** Where no beat came for longer than a frame that is late. */
    async gaps(longer_than_ms) {
      thread.postMessage('beats');
      const beats = await answer();
      return beats
        .slice(1)
        .map((to_ms, i) => ({ from_ms: beats[i], to_ms }))
        .filter(({ from_ms, to_ms }) => to_ms - from_ms > longer_than_ms);
    },
    end: () => thread.terminate(),
  };
}
