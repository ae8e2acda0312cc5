// A witness beside a call: a bare worklet, port, worker and socket in the same page, without codec and without any of our code, that sends
// one beat for every 20 ms of sound, with the time since its first quantum. It takes the way of the call's own frames through the same browser and the same machine. What comes
// late from the call and on time from the witness is late by our doing; where both are late together, nobody of ours was asked.
import { Worker } from 'node:worker_threads';

const beat_samples = 960;

/** Starts it in a page that has had its first click. @returns {Promise<{beats: Function, gaps: Function, end: Function}>} */
export async function start_witness(page) {
  const thread = new Worker(new URL('witness_thread.mjs', import.meta.url));
  const answer = () => new Promise((resolve) => thread.once('message', resolve));
  const port = await answer();
  await page.evaluate(
    async ({ port, beat_samples }) => {
      const address = (text) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
      const worker = new Worker(
        address(`onmessage = ({ data: { beats, port } }) => {
          const socket = new WebSocket('ws://localhost:' + port);
          let samples = 0;
          let first_ms;
          socket.onopen = () => (beats.onmessage = ({ data: { at_ms, length } }) => {
            first_ms ??= at_ms;
            samples += length;
            if (samples < ${beat_samples}) return;
            samples -= ${beat_samples};
            socket.send(String(Date.now() - first_ms));
            first_ms = samples > 0 ? at_ms : undefined;
          });
        };`),
      );
      const context = new AudioContext({ sampleRate: 48_000 });
      await context.audioWorklet.addModule(
        address(`registerProcessor('witness', class extends AudioWorkletProcessor {
          process(inputs, [[{ length }]]) {
            this.port.postMessage({ at_ms: Date.now(), length });
            return true;
          }
        });`),
      );
      const node = new AudioWorkletNode(context, 'witness', { numberOfInputs: 0 });
      node.connect(context.destination);
      worker.postMessage({ beats: node.port, port }, [node.port]);
      window.__witness = { context, worker, node };
    },
    { port, beat_samples },
  );
  const beats = () => {
    thread.postMessage('beats');
    return answer();
  };
  return {
    /** All so far: {at_ms: when it arrived, age_ms: from its first quantum to send()}. */
    beats,
    /** Where no beat came for longer than a frame that is late. */
    async gaps(longer_than_ms) {
      const all = await beats();
      return all
        .slice(1)
        .map(({ at_ms }, i) => ({ from_ms: all[i].at_ms, to_ms: at_ms }))
        .filter(({ from_ms, to_ms }) => to_ms - from_ms > longer_than_ms);
    },
    end: () => thread.terminate(),
  };
}
