// A relay between page and gateway that reads along on voice sockets: every frame, whole, with the time at which it arrived. Nothing is
// changed unless a test asks for lost frames. It stands where the gateway's own network card would, so what it sees late is late for any gateway.
import { Worker } from 'node:worker_threads';
import { comfort, first_of_spurt, read_voice_frame } from './voice_frames.mjs';

const frame_samples = 960;
export const late_gap_ms = 60;

/** @param {{port: number}} gateway */
export async function start_wire(gateway) {
  const thread = new Worker(new URL('wire_thread.mjs', import.meta.url), {
    workerData: { port: gateway.port },
  });
  const answer = (name) =>
    new Promise((resolve, reject) => {
      const on_message = (message) => {
        if (!(name in message)) return;
        thread.off('message', on_message).off('error', reject);
        resolve(message[name]);
      };
      thread.on('message', on_message).once('error', reject);
    });
  const port = await answer('port');
  return {
    url: `http://localhost:${port}`,
    port,
    /** All so far: {connection, from: 'page'|'server', at_ms (of the epoch), kind, …}. */
    async frames() {
      const asked = answer('frames');
      thread.postMessage({ ask: 'frames' });
      return (await asked).map(({ bytes, ...frame }) => ({
        ...frame,
        ...read_voice_frame(Buffer.from(bytes)),
      }));
    },
    forget: () => thread.postMessage({ ask: 'forget' }),
    /** Resets every connection there is. */
    cut: () => thread.postMessage({ ask: 'cut' }),
    /** Loses every nth audio frame of one side from now on: the fault that the comparison of speech must find. */
    drop: (every, from) => thread.postMessage({ ask: 'drop', every, from }),
    close: () => thread.terminate(),
  };
}

export const page_audio = (frames) => frames.filter(({ from, kind }) => from === 'page' && kind === 'audio');

/**
 * What the way to the wire did to a page's audio frames.
 * @param {{from_ms: number, to_ms: number}[]} witness_gaps
 * @returns {{frames: number, lost: number, holes: number, reordered: number, late: number, late_alone: number, gap_ms_max: number, lateness_ms_max: number}}
 *   lost: sequence numbers that are missing; holes: sound that never became a frame, by the time stamps within a talk spurt;
 *   late: gaps over 60 ms between frames that follow one another, and of them late_alone: while the witness's beats came in time;
 *   lateness: how much longer a frame's way took than that of one on time
 */
export function pace_of(audio, witness_gaps = []) {
  const pace = {
    frames: audio.length,
    lost: 0,
    holes: 0,
    reordered: 0,
    late: 0,
    late_alone: 0,
    gap_ms_max: 0,
    lateness_ms_max: 0,
  };
  const ages_ms = audio.map(({ at_ms, timestamp }) => at_ms - timestamp / 48);
  // One in ten is surely on time: a block is followed by half its length of quiet.
  const on_time_ms = [...ages_ms].sort((a, b) => a - b)[Math.floor(ages_ms.length / 10)];
  pace.lateness_ms_max = audio.length ? Math.max(...ages_ms) - on_time_ms : 0;
  for (let i = 1; i < audio.length; i += 1) {
    const [before, now] = [audio[i - 1], audio[i]];
    const step = now.sequence - before.sequence;
    if (step > 1) pace.lost += step - 1;
    if (step < 1) pace.reordered += 1;
    const steps = Math.round((now.timestamp - before.timestamp) / frame_samples);
    const may_pause = now.flags & first_of_spurt || before.flags & comfort;
    if (steps !== 1 && step === 1 && !may_pause) pace.holes += 1;
    if (steps !== 1) continue;
    const gap_ms = now.at_ms - before.at_ms;
    pace.gap_ms_max = Math.max(pace.gap_ms_max, gap_ms);
    if (gap_ms <= late_gap_ms) continue;
    pace.late += 1;
    const together = ({ from_ms, to_ms }) => from_ms < now.at_ms && to_ms > before.at_ms;
    if (!witness_gaps.some(together)) pace.late_alone += 1;
  }
  return pace;
}
